import type { SourceSpan } from "../../compiler/model/facts.js";
import { createLineIndex, type LineIndex } from "../../compiler/model/position.js";
import type { Session } from "../../compiler/session.js";

/** A span of the source with the lines and columns that a person goes by. */
export interface Place {
  /** Relative to the project's root, with forward slashes. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Where the span ends; the column is the one after it. */
  readonly endLine: number;
  readonly endColumn: number;
  /** The text of its first line. */
  readonly lineText: string;
}

export type Locate = (span: SourceSpan) => Place;

/**
 * Finds the places of spans in the sources as the session read them. A file without a text, such as
 * a schema that is not there, begins at 1:1 and has no more to show.
 */
export function createLocate(session: Pick<Session, "readText">): Locate {
  const indexes = new Map<string, LineIndex>();
  return ({ file, start, length }) => {
    let index = indexes.get(file);
    if (index === undefined) {
      index = createLineIndex(session.readText(file) ?? "");
      indexes.set(file, index);
    }
    const { line, column } = index.positionAt(start);
    const end = index.positionAt(start + length);
    return {
      file,
      line,
      column,
      endLine: end.line,
      endColumn: end.column,
      lineText: index.lineText(line),
    };
  };
}
