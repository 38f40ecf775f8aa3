import { Command, CommanderError } from "commander";
import { addCheckCommand } from "./check/arguments.js";
import { addCodegenCommand } from "./codegen/arguments.js";
import { addDeployCommand } from "./deploy/arguments.js";
import { addDevCommand } from "./dev/arguments.js";
import { addDoctorCommand } from "./doctor/arguments.js";
import type { Environment } from "./environment.js";
import { type ExitCode, exitCode } from "./exit-code.js";
import { printFailure } from "./failure.js";
import { addInitCommand } from "./init/arguments.js";
import { addPlanCommand } from "./plan/arguments.js";
import { addRunCommand } from "./run/arguments.js";

const help = `
Examples:
  $ convoy dev               run the project while you work on it
  $ convoy codegen           write convoy/_generated
  $ convoy codegen --check   in CI: fail if it was not committed up to date
  $ convoy check             list what is wrong, with the place and the fix
  $ convoy plan              show what a deploy would do to the database
  $ convoy doctor            look at what the project needs, and say what to do

Exit codes: 0 done, 1 errors found, 2 wrong usage or environment.
Set CONVOY_DEBUG=1 to see the stack of a failure, NO_COLOR=1 for no colours.`;

/** Runs a command line (what follows `convoy`) and gives its exit code. Never throws. */
export async function runProgram(
  args: readonly string[],
  environment: Environment,
): Promise<ExitCode> {
  let code: ExitCode = exitCode.ok;
  const program = createProgram(environment, (result) => {
    code = result;
  });
  try {
    await program.parseAsync(args, { from: "user" });
    return code;
  } catch (error) {
    // Thrown after it was printed: help and the version were asked for, all else is wrong usage.
    if (error instanceof CommanderError) {
      return error.exitCode === 0 ? exitCode.ok : exitCode.failure;
    }
    printFailure(error, environment);
    return exitCode.failure;
  }
}

function createProgram(environment: Environment, finish: (code: ExitCode) => void): Command {
  const { out, err, version } = environment;
  const program = new Command("convoy")
    .description("Convex's way of working on a Postgres that you own.")
    .version(version, "-v, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .addHelpText("after", help)
    .showHelpAfterError("Run it with --help to see what it takes.")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => out.write(text),
      writeErr: (text) => err.write(text),
      getOutHelpWidth: () => out.columns,
      getErrHelpWidth: () => err.columns,
      outputError: (text, write) => write(text.replace(/^error:/, err.colors.red("error:"))),
    });
  addInitCommand(program, environment, finish);
  addDevCommand(program, environment, finish);
  addCodegenCommand(program, environment, finish);
  addCheckCommand(program, environment, finish);
  addRunCommand(program, environment, finish);
  addPlanCommand(program, environment, finish);
  addDeployCommand(program, environment, finish);
  addDoctorCommand(program, environment, finish);
  return program;
}
