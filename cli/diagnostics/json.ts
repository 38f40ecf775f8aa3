import type { ConvoyDiagnostic } from "../../compiler/model/diagnostic.js";
import type { SourceSpan } from "../../compiler/model/facts.js";
import type { Session } from "../../compiler/session.js";
import { createLocate } from "./place.js";

/** A place in a JSON document: lines and columns count from 1, the end is exclusive. */
export interface JsonPlace {
  /** Relative to the project's root, with forward slashes. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

export interface JsonDiagnostic extends JsonPlace {
  readonly code: string;
  readonly rule: string;
  readonly severity: ConvoyDiagnostic["severity"];
  readonly message: string;
  readonly related: ReadonlyArray<JsonPlace & { readonly message: string }>;
  readonly fixes: readonly JsonFix[];
}

export interface JsonFix {
  readonly name: string;
  readonly title: string;
  readonly edits: ReadonlyArray<JsonPlace & { readonly newText: string }>;
}

export function jsonDiagnostics(
  diagnostics: readonly ConvoyDiagnostic[],
  session: Pick<Session, "readText">,
): readonly JsonDiagnostic[] {
  const locate = createLocate(session);
  const placeOf = (span: SourceSpan): JsonPlace => {
    const { file, line, column, endLine, endColumn } = locate(span);
    return { file, line, column, endLine, endColumn };
  };
  return diagnostics.map(({ code, rule, severity, message, span, related, fixes }) => ({
    code,
    rule,
    severity,
    message,
    ...placeOf(span),
    related: (related ?? []).map((other) => ({ message: other.message, ...placeOf(other.span) })),
    fixes: (fixes ?? []).map(({ name, title, edits }) => ({
      name,
      title,
      edits: edits.map((edit) => ({ ...placeOf(edit.span), newText: edit.newText })),
    })),
  }));
}
