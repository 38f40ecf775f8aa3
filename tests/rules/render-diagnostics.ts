import type { ConvoyDiagnostic, TextEdit } from "../../compiler/model/diagnostic.js";
import type { SourceSpan } from "../../compiler/model/facts.js";
import { createLineIndex } from "../../compiler/model/position.js";

export type ReadText = (file: string) => string | undefined;

/** Diagnostics as a person reviews them: the lines they are about, and what their fixes make of those. */
export function renderDiagnostics(
  diagnostics: readonly ConvoyDiagnostic[],
  readText: ReadText,
): string {
  return diagnostics.map((diagnostic) => renderDiagnostic(diagnostic, readText)).join("\n");
}

function renderDiagnostic(diagnostic: ConvoyDiagnostic, readText: ReadText): string {
  const { severity, code, message, span, related = [], fixes = [] } = diagnostic;
  const lines = [
    `${severity} ${code} ${placeOf(span, readText)}`,
    `  ${message}`,
    ...markedLine(span, readText),
  ];
  for (const place of related) {
    lines.push(`  see ${placeOf(place.span, readText)}: ${place.message}`);
    lines.push(...markedLine(place.span, readText));
  }
  for (const fix of fixes) {
    lines.push(`  fix ${fix.name}: ${fix.title}`);
    lines.push(...changedLines(fix.edits, readText));
  }
  return `${lines.join("\n")}\n`;
}

function placeOf({ file, start }: SourceSpan, readText: ReadText): string {
  const { line, column } = createLineIndex(readText(file) ?? "").positionAt(start);
  return `${file}:${line}:${column}`;
}

function markedLine({ file, start, length }: SourceSpan, readText: ReadText): string[] {
  const text = readText(file);
  if (text === undefined) return [];
  const index = createLineIndex(text);
  const { line, column } = index.positionAt(start);
  const source = index.lineText(line);
  const width = Math.max(1, Math.min(length, source.length - column + 1));
  return [`    | ${source}`, `    | ${" ".repeat(column - 1)}${"^".repeat(width)}`];
}

/** The lines that the edits change, before and after. */
function changedLines(edits: readonly TextEdit[], readText: ReadText): string[] {
  const lines: string[] = [];
  for (const file of new Set(edits.map(({ span }) => span.file))) {
    const before = readText(file) ?? "";
    const after = applyEdits(
      before,
      edits.filter(({ span }) => span.file === file),
    );
    const removed = before.split("\n");
    const added = after.split("\n");
    let same = 0;
    while (removed[same] === added[same] && same < removed.length) same += 1;
    while (removed.length > same && added.length > same && removed.at(-1) === added.at(-1)) {
      removed.pop();
      added.pop();
    }
    lines.push(`    ${file}:${same + 1}`);
    lines.push(...removed.slice(same).map((line) => `    - ${line}`));
    lines.push(...added.slice(same).map((line) => `    + ${line}`));
  }
  return lines;
}

export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  let result = text;
  for (const { span, newText } of edits.toSorted((a, b) => b.span.start - a.span.start)) {
    result = result.slice(0, span.start) + newText + result.slice(span.start + span.length);
  }
  return result;
}
