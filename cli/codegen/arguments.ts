import { type Command, Option } from "commander";
import type { Environment } from "../environment.js";
import { type ExitCode, exitCode } from "../exit-code.js";

interface CodegenArguments {
  readonly root: string;
  readonly check?: true;
  readonly watch?: true;
}

const examples = `
Examples:
  $ convoy codegen                    write convoy/_generated
  $ convoy codegen --watch            keep it up to date while you edit
  $ convoy codegen --check            in CI: fail if it was not committed up to date
  $ convoy codegen --root apps/chat   for a project in another folder

Exit codes: 0 done, 1 errors found or code out of date, 2 wrong usage or environment.`;

export function addCodegenCommand(
  program: Command,
  environment: Environment,
  finish: (code: ExitCode) => void,
): void {
  program
    .command("codegen")
    .summary("write the generated code to convoy/_generated")
    .description(
      "Reads convoy/schema.ts and convoy/functions with the type checker, runs none of it, and\nwrites the code in convoy/_generated that has changed.",
    )
    .option("--root <dir>", "the folder that holds convoy/", ".")
    .addOption(
      new Option("--check", "write nothing; fail if the code on disk is out of date").conflicts(
        "watch",
      ),
    )
    .option("--watch", "go on, and write again after every change")
    .addHelpText("after", examples)
    .action(async (options: CodegenArguments) => {
      finish(await codegen(options, environment));
    });
}

async function codegen(options: CodegenArguments, environment: Environment): Promise<ExitCode> {
  const [{ openProject }, { generatedFilesOf }, { systemClock }, { isFailed, runCodegen }, print] =
    await Promise.all([
      import("../open-project.js"),
      import("../generated-files.js"),
      import("../clock.js"),
      import("./run.js"),
      import("./print.js"),
    ]);
  const session = await openProject(environment.cwd, options.root);

  if (options.watch) {
    const { watchProject } = await import("../watch/watch-project.js");
    print.printWatchStart(session, environment);
    for await (const event of watchProject({ session, signal: environment.untilStopped() })) {
      print.printWatch(event, session, environment);
    }
    return exitCode.ok;
  }

  const generated = generatedFilesOf(session);
  const check = options.check === true;
  let code: ExitCode = exitCode.ok;
  for (const event of runCodegen({ session, generated, check, clock: systemClock })) {
    print.printCodegen(event, session, environment);
    if (isFailed(event)) code = exitCode.errors;
  }
  return code;
}
