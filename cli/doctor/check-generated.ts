import { existsSync } from "node:fs";
import { checkGenerated } from "../../compiler/emit/write.js";
import type { Analysis, Session } from "../../compiler/session.js";
import { summarize } from "../diagnostics/text.js";
import { count, displayPath, listing } from "../printable.js";
import { type Finding, ok, problem, warning } from "./finding.js";

/** Whether the code on disk is what the schema and the functions say. */
export function checkGeneratedCode(
  { files, diagnostics }: Analysis,
  { project }: Pick<Session, "project">,
): Finding {
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  if (files === null || errors.length > 0) {
    return problem(
      "generated",
      `The project has errors. ${summarize(errors)}`,
      "`npx convoy check` lists them, each with its fix.",
    );
  }
  if (!existsSync(project.generatedDir)) {
    return warning("generated", "No code has been generated yet.", "npx convoy dev");
  }
  const drifted = checkGenerated(files);
  if (drifted.length === 0) return ok("generated", "The generated code is up to date.");
  const names = drifted.map((file) => displayPath(project.root, file));
  return problem(
    "generated",
    `${count(drifted.length, "generated file")} out of date: ${listing(names)}.`,
    "npx convoy codegen",
  );
}
