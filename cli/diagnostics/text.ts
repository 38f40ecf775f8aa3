import path from "node:path";
import type { ConvoyDiagnostic, Severity } from "../../compiler/model/diagnostic.js";
import type { Analysis, Session } from "../../compiler/session.js";
import type { Channel, Paint } from "../channel.js";
import { count, displayPath, listing, printable, printableLine } from "../printable.js";
import { excerpt } from "./excerpt.js";
import { createLocate, type Place } from "./place.js";

/**
 * Prints findings for a person. On a terminal with the source they are about; elsewhere each one is
 * a line that begins with its place, so that `grep`, editors and CI services can take it apart.
 */
export function printDiagnostics(
  diagnostics: readonly ConvoyDiagnostic[],
  session: Pick<Session, "project" | "readText">,
  cwd: string,
  channel: Channel,
): void {
  const locate = createLocate(session);
  const at = (place: Place): string => {
    const file = displayPath(cwd, path.resolve(session.project.root, place.file));
    const { cyan, yellow } = channel.colors;
    return `${cyan(file)}:${yellow(place.line)}:${yellow(place.column)}`;
  };

  for (const diagnostic of diagnostics) {
    const { code, severity } = diagnostic;
    const color = colorOf(severity, channel);
    const place = locate(diagnostic.span);
    const related = diagnostic.related ?? [];
    const fixes = diagnostic.fixes ?? [];
    const head = `${at(place)} - ${color(severity)} ${channel.colors.gray(`${code}:`)} `;

    if (channel.pretty) {
      channel.write(`${head}${printable(diagnostic.message)}\n\n`);
      channel.write(block(excerpt(place, channel, color)));
      for (const { message, span } of related) {
        const other = locate(span);
        const source = excerpt(other, channel, channel.colors.cyan, "    ");
        channel.write(`  ${at(other)}\n${source}    ${printable(message)}\n\n`);
      }
      for (const { title } of fixes) {
        channel.write(`  ${channel.colors.green("fix:")} ${printableLine(title)}\n`);
      }
      channel.write(fixes.length > 0 ? "\n" : "");
    } else {
      channel.write(`${head}${printableLine(diagnostic.message)}\n`);
      for (const { message, span } of related) {
        channel.write(`  ${at(locate(span))} - ${printableLine(message)}\n`);
      }
      for (const { title } of fixes) channel.write(`  fix: ${printableLine(title)}\n`);
    }
  }
}

/** Rules that failed: what they would have found is missing, and whoever runs them should know. */
export function printBugs({ bugs }: Pick<Analysis, "bugs">, channel: Channel): void {
  for (const bug of bugs) {
    channel.write(
      `${channel.colors.yellow("warning")} A rule failed, so its findings are missing. Please report it: ${printableLine(bug)}\n`,
    );
  }
}

function block(text: string): string {
  return text === "" ? "" : `${text}\n`;
}

function colorOf(severity: Severity, { colors }: Channel): Paint {
  switch (severity) {
    case "error":
      return colors.red;
    case "warning":
      return colors.yellow;
    case "suggestion":
      return colors.blue;
  }
}

export type SeverityCounts = Readonly<Record<Severity, number>>;

export function countSeverities(diagnostics: readonly ConvoyDiagnostic[]): SeverityCounts {
  const counts = { error: 0, warning: 0, suggestion: 0 };
  for (const { severity } of diagnostics) counts[severity]++;
  return counts;
}

/** `Found 2 errors and 1 warning in 2 files.` There is at least one. */
export function summarize(diagnostics: readonly ConvoyDiagnostic[]): string {
  const counts = countSeverities(diagnostics);
  const found = (["error", "warning", "suggestion"] as const)
    .filter((severity) => counts[severity] > 0)
    .map((severity) => count(counts[severity], severity));
  const files = new Set(diagnostics.map(({ span }) => span.file));
  return `Found ${listing(found)} in ${count(files.size, "file")}.`;
}
