import type ts from "typescript";
import {
  rememberStatements,
  untouchedStatements,
} from "../../compiler/hosts/typescript/untouched-statements.js";

/** A statement in which an edit has left everything as it was, but for its place. */
export interface StayedStatement {
  readonly node: ts.Statement;
  /** The node that it was before: the same where the parser has taken it over. */
  readonly before: ts.Statement;
  /** The names that it exports. */
  readonly exports: readonly string[];
  /** Where it began before. */
  readonly start: number;
  /** How far it has moved. */
  readonly distance: number;
}

/** @param starts what {@link startsOf} gave for `before`. */
export function stayedStatements(
  typescript: typeof ts,
  before: ts.SourceFile,
  starts: ReadonlyMap<ts.Statement, number>,
  after: ts.SourceFile,
): readonly StayedStatement[] {
  const untouched = untouchedStatements({ ts: typescript, before, after, concerned: [] });
  return [...untouched].flatMap(([node, { before: twin, exports }]) => {
    const start = starts.get(twin);
    if (start === undefined) return [];
    return [{ node, before: twin, exports, start, distance: node.pos - start }];
  });
}

/**
 * Where the statements of a file begin. Numbers, since the parser of an editor takes nodes over into
 * the next file and moves them there. Asking now also has the texts of the statements remembered,
 * which it moves as well.
 */
export function startsOf(
  typescript: typeof ts,
  file: ts.SourceFile,
): ReadonlyMap<ts.Statement, number> {
  rememberStatements(typescript, file);
  return new Map(file.statements.map((node) => [node, node.pos]));
}
