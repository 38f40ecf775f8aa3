import type ts from "typescript";
import type { QuickFix } from "../../compiler/model/diagnostic.js";
import { numericCode } from "../../compiler/transformer/to-ts-diagnostic.js";
import { findingsIn } from "../diagnostics/findings.js";
import type { View } from "../project/views.js";

/** The fixes of what Convoy found between two places, of the codes that the editor asks about. */
export function quickFixes(
  view: View,
  start: number,
  end: number,
  codes: readonly number[],
): readonly ts.CodeFixAction[] {
  const asked = findingsIn(view).filter(
    ({ code, span }) =>
      codes.includes(numericCode(code)) && span.start <= end && start <= span.start + span.length,
  );
  return asked.flatMap(({ fixes = [] }) => fixes.map((fix) => toAction(view, fix)));
}

function toAction(view: View, { name, title, edits }: QuickFix): ts.CodeFixAction {
  const files = new Set(edits.map(({ span }) => span.file));
  return {
    fixName: `convoy-${name}`,
    description: title,
    changes: [...files].map((file) => ({
      fileName: `${view.project.layout.root}/${file}`,
      textChanges: edits
        .filter(({ span }) => span.file === file)
        .map(({ span: { start, length }, newText }) => ({ span: { start, length }, newText })),
    })),
  };
}
