import type ts from "typescript";
import type { ConvoyDiagnostic, Severity } from "../model/diagnostic.js";
import type { SourceSpan } from "../model/facts.js";
import type { ProjectLayout } from "../project/layout.js";

/** `diagnostic` as TypeScript reports it: at its place in the source files of `program`. */
export function toTsDiagnostic(
  ts: typeof import("typescript"),
  program: ts.Program,
  project: ProjectLayout,
  diagnostic: ConvoyDiagnostic,
): ts.Diagnostic {
  const code = numericCode(diagnostic.code);
  const place = placeIn(program, project, diagnostic.span);
  const text = `${diagnostic.code}: ${diagnostic.message}`;
  return {
    category: category(ts, diagnostic.severity),
    code,
    source: "convoy",
    messageText: place.file === undefined ? `${text} (${diagnostic.span.file})` : text,
    ...place,
    relatedInformation: (diagnostic.related ?? []).map((related) => ({
      category: ts.DiagnosticCategory.Message,
      code,
      messageText: related.message,
      ...placeIn(program, project, related.span),
    })),
  };
}

/** `CV1004` → 991004: above every code that TypeScript uses. */
export function numericCode(code: string): number {
  return 990_000 + Number(code.replace(/\D+/g, ""));
}

type Place = Pick<ts.DiagnosticRelatedInformation, "file" | "start" | "length">;

function placeIn(program: ts.Program, project: ProjectLayout, span: SourceSpan): Place {
  const file = program.getSourceFile(`${project.root}/${span.file}`);
  if (file === undefined) return { file: undefined, start: undefined, length: undefined };
  // A span beyond the text would throw while TypeScript prints it, outside of our guard.
  const start = Math.min(span.start, file.text.length);
  return { file, start, length: Math.min(span.length, file.text.length - start) };
}

function category(ts: typeof import("typescript"), severity: Severity): ts.DiagnosticCategory {
  switch (severity) {
    case "error":
      return ts.DiagnosticCategory.Error;
    case "warning":
      return ts.DiagnosticCategory.Warning;
    case "suggestion":
      // TypeScript keeps suggestions for editors and throws when it is to print one.
      return ts.DiagnosticCategory.Message;
  }
}
