import type { Command } from "commander";
import type { Environment } from "../environment.js";
import { type ExitCode, exitCode } from "../exit-code.js";

interface RunArguments {
  readonly root: string;
  readonly url?: string;
}

const examples = `
Examples:
  $ convoy run projects.listProjects '{ "userId": "…" }'
  $ convoy run admin/stats.rebuild

It calls the server of \`convoy dev\`, or the one that --url names. The result is printed as JSON; dates,
bigints and bytes carry a tag, there and in the arguments: { "$date": "2026-11-22T00:00:00.000Z" }.

Exit codes: 0 done, 1 the function failed, 2 wrong usage or environment.`;

export function addRunCommand(
  program: Command,
  environment: Environment,
  finish: (code: ExitCode) => void,
): void {
  program
    .command("run")
    .argument("<function>", "its name: projects.listProjects")
    .argument("[arguments]", "a JSON object", "{}")
    .summary("call a function")
    .description("Calls a query, mutation or action, and prints what it returns.")
    .option("--root <dir>", "the folder that holds convoy/", ".")
    .option("--url <url>", "the server; default: CONVOY_URL, or http://localhost:3210")
    .addHelpText("after", examples)
    .action(async (name: string, args: string, options: RunArguments) => {
      finish(await run(name, args, options, environment));
    });
}

async function run(
  name: string,
  args: string,
  options: RunArguments,
  environment: Environment,
): Promise<ExitCode> {
  const { runFunction } = await import("./run.js");
  const { env, out, err } = environment;
  const url = options.url ?? (env["CONVOY_URL"] || "http://localhost:3210");
  const outcome = await runFunction({ url, name, args, root: options.root, environment });
  if (outcome.kind === "returned") {
    out.write(`${JSON.stringify(outcome.value, null, 2)}\n`);
    return exitCode.ok;
  }
  err.write(
    `${err.colors.red("error")} ${err.colors.gray(`${outcome.code}:`)} ${outcome.message}\n`,
  );
  return exitCode.errors;
}
