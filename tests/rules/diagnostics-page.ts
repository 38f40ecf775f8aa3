import type { Rule } from "../../compiler/rules/rule.js";

const chapters = [
  { prefix: "CV1", title: "Schema" },
  { prefix: "CV2", title: "Functions" },
  { prefix: "CV3", title: "Clients" },
] as const;

/** docs/diagnostics.md: what every rule finds, and what to write instead. */
export function diagnosticsPage(rules: readonly Rule[]): string {
  const lines = [
    "# Diagnostics",
    "",
    "What Convoy finds in a project: the same in `tspc`, `convoy check` and the editor. Codes are",
    "stable. Errors fail a build, warnings are shown by it, suggestions show in the editor. Where a",
    "fix is named, the editor offers it.",
    "",
    "This page is made from the rules: `npm run golden` rewrites it.",
    "",
  ];
  for (const { prefix, title } of chapters) {
    const own = rules.filter((rule) => rule.code.startsWith(prefix));
    lines.push(`## ${title}`, "", "| code | name | severity | finds | fixes |");
    lines.push("| --- | --- | --- | --- | --- |");
    for (const { code, name, severity, summary, fixes } of own) {
      const link = `[${code}](#${code.toLowerCase()}-${name})`;
      const offered = fixes.map((fix) => `\`${fix}\``).join(", ");
      lines.push(
        `| ${link} | ${name} | ${severity} | ${summary.replaceAll("|", "\\|")} | ${offered} |`,
      );
    }
    lines.push("");
    for (const { code, name, summary, example } of own) {
      lines.push(`### ${code} ${name}`, "", summary, "");
      lines.push("```diff", `- ${example.bad}`, `+ ${example.good}`, "```", "");
    }
  }
  return `${lines.join("\n").trimEnd()}\n`;
}
