import type { Environment } from "../environment.js";
import { count, listing, printable } from "../printable.js";
import type { Finding } from "./finding.js";

/** As wide as the longest outcome, so that messages stand below one another. */
const WIDTH = "problem".length;

export function printFinding(
  { outcome, check, message, fix }: Finding,
  { out }: Environment,
): void {
  const { green, yellow, red, gray } = out.colors;
  const paint = { ok: green, warning: yellow, problem: red }[outcome];
  const label = paint(outcome.padEnd(WIDTH));
  out.write(`${label} ${gray(`${check}:`)} ${printable(message)}\n`);
  if (fix !== null) out.write(`${" ".repeat(WIDTH)}   fix: ${printable(fix)}\n`);
}

export function printSummary(findings: readonly Finding[], { out }: Environment): void {
  const { problems, warnings } = summaryOf(findings);
  const found = [
    ...(problems > 0 ? [count(problems, "problem")] : []),
    ...(warnings > 0 ? [count(warnings, "warning")] : []),
  ];
  out.write(found.length === 0 ? "All is well.\n" : `Found ${listing(found)}.\n`);
}

/**
 * What `convoy doctor --json` prints. Members may be added; the version changes when one changes its
 * meaning or goes.
 */
export interface DoctorDocument {
  readonly version: 1;
  readonly findings: readonly Finding[];
  readonly summary: { readonly problems: number; readonly warnings: number };
}

export function printDoctorJson(findings: readonly Finding[], { out }: Environment): void {
  const document: DoctorDocument = { version: 1, findings, summary: summaryOf(findings) };
  out.write(`${JSON.stringify(document, null, 2)}\n`);
}

function summaryOf(findings: readonly Finding[]): DoctorDocument["summary"] {
  const number = (wanted: Finding["outcome"]): number =>
    findings.filter(({ outcome }) => outcome === wanted).length;
  return { problems: number("problem"), warnings: number("warning") };
}
