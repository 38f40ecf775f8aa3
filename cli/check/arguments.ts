import type { Command } from "commander";
import type { Environment } from "../environment.js";
import { type ExitCode, exitCode } from "../exit-code.js";
import { describeFailure } from "../failure.js";

interface CheckArguments {
  readonly root: string;
  readonly json?: true;
}

const examples = `
Examples:
  $ convoy check                    list what is wrong, with the place and the fix
  $ convoy check --json             the same as one JSON document
  $ convoy check --root apps/chat   for a project in another folder

Exit codes: 0 no errors (warnings may be), 1 errors found, 2 wrong usage or environment.`;

export function addCheckCommand(
  program: Command,
  environment: Environment,
  finish: (code: ExitCode) => void,
): void {
  program
    .command("check")
    .summary("list what is wrong with the schema and the functions")
    .description(
      "Checks convoy/schema.ts and convoy/functions and writes nothing. Type errors are left to tsc.",
    )
    .option("--root <dir>", "the folder that holds convoy/", ".")
    .option("--json", "print one JSON document")
    .addHelpText("after", examples)
    .action(async (options: CheckArguments) => {
      finish(await check(options, environment));
    });
}

async function check(options: CheckArguments, environment: Environment): Promise<ExitCode> {
  const [{ openProject }, { isFailed, runCheck }, print] = await Promise.all([
    import("../open-project.js"),
    import("./run.js"),
    import("./print.js"),
  ]);
  const printEvent = options.json ? print.printCheckJson : print.printCheck;
  try {
    const session = await openProject(environment.cwd, options.root);
    let code: ExitCode = exitCode.ok;
    for (const event of runCheck({ session })) {
      printEvent(event, session, environment);
      if (isFailed(event)) code = exitCode.errors;
    }
    return code;
  } catch (error) {
    if (options.json) print.printFailureJson(describeFailure(error), environment);
    throw error;
  }
}
