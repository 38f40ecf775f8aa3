import type { Command } from "commander";
import type { Plan } from "../../runtime/postgres/plan/plan.js";
import type { Environment } from "../environment.js";
import { type ExitCode, exitCode } from "../exit-code.js";
import { describeFailure } from "../failure.js";
import { addSchemaOptions, type SchemaArguments } from "../sync/schema-options.js";

interface PlanArguments extends SchemaArguments {
  readonly json?: true;
}

const examples = `
Examples:
  $ convoy plan                        what a deploy would do, with its locks and rows
  $ convoy plan --allow-drop projects  if this table may go, with all that is in it
  $ convoy plan --rename tasks:todos   if the table has another name now

Exit codes: 0 planned, 1 something has to be decided or mended first, 2 wrong usage or environment.`;

export function addPlanCommand(
  program: Command,
  environment: Environment,
  finish: (code: ExitCode) => void,
): void {
  const command = program
    .command("plan")
    .summary("show what a deploy would do to the database")
    .description(
      "Compares convoy/_generated/manifest.json with the database, and prints the SQL of the next\nsync. Changes nothing.",
    );
  addSchemaOptions(command)
    .option("--json", "print one JSON document")
    .addHelpText("after", examples)
    .action(async (options: PlanArguments) => {
      finish(await plan(options, environment));
    });
}

async function plan(options: PlanArguments, environment: Environment): Promise<ExitCode> {
  const print = await import("./print.js");
  let plan: Plan;
  try {
    plan = await readPlan(options, environment);
  } catch (error) {
    if (options.json) print.printFailureJson(describeFailure(error), environment);
    throw error;
  }
  if (options.json) print.printPlanJson(plan, environment);
  else print.printPlan(plan, environment);
  return plan.problems.length > 0 ? exitCode.errors : exitCode.ok;
}

async function readPlan(options: PlanArguments, environment: Environment): Promise<Plan> {
  const [{ planSchema }, { readSchemaOptions }] = await Promise.all([
    import("../../runtime/postgres/apply/sync-schema.js"),
    import("../sync/schema-options.js"),
  ]);
  await using target = await readSchemaOptions(options, environment, "nothing");
  return await planSchema(target);
}
