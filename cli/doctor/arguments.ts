import path from "node:path";
import type { Command } from "commander";
import type { Environment } from "../environment.js";
import { type ExitCode, exitCode } from "../exit-code.js";
import type { Finding } from "./finding.js";

interface DoctorArguments {
  readonly root: string;
  readonly json?: true;
}

const examples = `
Examples:
  $ convoy doctor                    look at all that a project needs
  $ convoy doctor --json             the same as one JSON document
  $ convoy doctor --root apps/chat   for a project in another folder

It changes nothing, and never prints a password.

Exit codes: 0 no problems (warnings may be), 1 problems found, 2 wrong usage or environment.`;

export function addDoctorCommand(
  program: Command,
  environment: Environment,
  finish: (code: ExitCode) => void,
): void {
  program
    .command("doctor")
    .summary("look at what a project needs, and say what to do")
    .description(
      "Looks at Node, packages, TypeScript, tsconfig, generated code and the database of a project.",
    )
    .option("--root <dir>", "the folder that holds convoy/", ".")
    .option("--json", "print one JSON document")
    .addHelpText("after", examples)
    .action(async (options: DoctorArguments) => {
      finish(await doctor(options, environment));
    });
}

async function doctor(options: DoctorArguments, environment: Environment): Promise<ExitCode> {
  const [{ runDoctor }, print] = await Promise.all([import("./run.js"), import("./print.js")]);
  const findings: Finding[] = [];
  for await (const finding of runDoctor({
    root: path.resolve(environment.cwd, options.root),
    env: environment.env,
    version: environment.version,
    node: process.version,
  })) {
    findings.push(finding);
    if (!options.json) print.printFinding(finding, environment);
  }
  if (options.json) print.printDoctorJson(findings, environment);
  else print.printSummary(findings, environment);
  return findings.some(({ outcome }) => outcome === "problem") ? exitCode.errors : exitCode.ok;
}
