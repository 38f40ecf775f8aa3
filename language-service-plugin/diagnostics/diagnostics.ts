import type ts from "typescript";
import { toTsDiagnostic } from "../../compiler/transformer/to-ts-diagnostic.js";
import type { View } from "../project/views.js";
import { findingsIn } from "./findings.js";

/** What Convoy finds in a file, errors and warnings. */
export function semanticFindings(view: View): readonly ts.Diagnostic[] {
  return findingsIn(view)
    .filter(({ severity }) => severity !== "suggestion")
    .map((finding) => toTsDiagnostic(view.ts, view.program, view.project.layout, finding))
    .map((diagnostic) =>
      diagnostic.file === undefined
        ? { ...diagnostic, file: view.sourceFile, start: 0, length: 0 }
        : diagnostic,
    );
}

/** What an editor shows by three dots. */
export function suggestionFindings(view: View): readonly ts.DiagnosticWithLocation[] {
  const { ts: typescript, program, project } = view;
  return findingsIn(view)
    .filter(({ severity }) => severity === "suggestion")
    .map((finding) => ({
      ...toTsDiagnostic(typescript, program, project.layout, finding),
      category: typescript.DiagnosticCategory.Suggestion,
    }))
    .filter(hasPlace);
}

function hasPlace(diagnostic: ts.Diagnostic): diagnostic is ts.DiagnosticWithLocation {
  return diagnostic.file !== undefined && diagnostic.start !== undefined;
}
