import type { Command } from "commander";
import { ConvoyError } from "../../protocol/errors.js";
import type { Environment } from "../environment.js";
import { type ExitCode, exitCode } from "../exit-code.js";
import type { RunOptions } from "./run.js";

interface RunArguments {
  readonly root: string;
  readonly url?: string;
  readonly watch?: boolean;
}

const examples = `
Examples:
  $ convoy run projects.listProjects '{ "userId": "…" }'
  $ convoy run admin/stats.rebuild
  $ convoy run projects.listProjects '{ "userId": "…" }' --watch

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
    .option("--watch", "print each new result of a query, until Ctrl-C")
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
  const { env, out } = environment;
  const url =
    options.url === undefined
      ? parseServerUrl(env["CONVOY_URL"] || "http://localhost:3210", "CONVOY_URL")
      : parseServerUrl(options.url, "--url");
  if (options.watch) return await watch({ url, name, args, root: options.root, environment });
  const outcome = await runFunction({ url, name, args, root: options.root, environment });
  if (outcome.kind === "returned") {
    out.write(`${JSON.stringify(outcome.value, null, 2)}\n`);
    return exitCode.ok;
  }
  printError(environment, outcome);
  return exitCode.errors;
}

async function watch(options: RunOptions): Promise<ExitCode> {
  const { watchFunction } = await import("./watch.js");
  const { environment, url } = options;
  const { out, err } = environment;
  await watchFunction({
    ...options,
    signal: environment.untilStopped(),
    onResult: (value) => out.write(`${JSON.stringify(value, null, 2)}\n`),
    onError: (error) => printError(environment, error),
    onConnection: (isConnected) =>
      err.write(
        isConnected
          ? `Connected to ${url} again.\n`
          : `No server answers at ${url}. Trying again …\n`,
      ),
  });
  return exitCode.ok;
}

function printError(
  { err }: Environment,
  { code, message }: { readonly code: string; readonly message: string },
): void {
  err.write(`${err.colors.red("error")} ${err.colors.gray(`${code}:`)} ${message}\n`);
}

/** Without the slash at its end. @throws {ConvoyError} `invalid-setting`. */
function parseServerUrl(text: string, name: string): string {
  // `localhost:3210` is a URL too, of the protocol `localhost:`.
  if (/^https?:\/\//.test(text) && URL.canParse(text)) return text.replace(/\/+$/, "");
  throw new ConvoyError(
    "invalid-setting",
    `${name} is not the URL of a server. Write it as http://localhost:3210.`,
  );
}
