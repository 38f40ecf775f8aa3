import type { Command } from "commander";
import type { Environment } from "../environment.js";
import { type ExitCode, exitCode } from "../exit-code.js";
import { addSchemaOptions, type SchemaArguments } from "../sync/schema-options.js";

const examples = `
Examples:
  $ convoy deploy                        after the build, before the new servers start
  $ convoy deploy --allow-drop projects  if this table may go, with all that is in it

It fails where convoy/_generated is not up to date, and where something has to be decided or mended
first. Interrupted, or run by two at once, it goes on or waits: run it again.

Exit codes: 0 done, 1 not done, 2 wrong usage or environment.`;

export function addDeployCommand(
  program: Command,
  environment: Environment,
  finish: (code: ExitCode) => void,
): void {
  const command = program
    .command("deploy")
    .summary("bring the database up to the schema")
    .description("Checks the project and its generated code, and syncs tables and indexes online.");
  addSchemaOptions(command)
    .addHelpText("after", examples)
    .action(async (options: SchemaArguments) => {
      finish(await deploy(options, environment));
    });
}

async function deploy(options: SchemaArguments, environment: Environment): Promise<ExitCode> {
  const [
    { openProject },
    { generatedFilesOf },
    { systemClock },
    { isFailed, runCodegen },
    { printCodegen },
    { printDatabase },
    { readSchemaOptions },
    { SchemaSyncError },
    { syncSchema },
    { printSync },
    { printFailure },
  ] = await Promise.all([
    import("../open-project.js"),
    import("../generated-files.js"),
    import("../clock.js"),
    import("../codegen/run.js"),
    import("../codegen/print.js"),
    import("../database/print-database.js"),
    import("../sync/schema-options.js"),
    import("../../runtime/postgres/apply/failures.js"),
    import("../../runtime/postgres/apply/sync-schema.js"),
    import("../sync/print-sync.js"),
    import("../failure.js"),
  ]);
  const { out } = environment;
  const session = await openProject(environment.cwd, options.root);
  const generated = generatedFilesOf(session);
  // What is deployed is what was reviewed: nothing is generated on the way.
  for (const event of runCodegen({ session, generated, check: true, clock: systemClock })) {
    printCodegen(event, session, environment);
    if (isFailed(event)) return exitCode.errors;
  }

  await using target = await readSchemaOptions(options, environment, "named");
  printDatabase(target.database, environment);
  try {
    const result = await syncSchema({
      ...target,
      onWait: () => out.write("Another deploy is running. Waiting for it.\n"),
    });
    printSync(result, out);
    out.write("The database is as the schema wants it.\n");
    return exitCode.ok;
  } catch (error) {
    if (!(error instanceof SchemaSyncError)) throw error;
    printFailure(error, environment);
    return exitCode.errors;
  }
}
