import { Command, CommanderError } from "commander";
import { parsePort } from "../../runtime/server/settings.js";
import type { Channel } from "../channel.js";

export interface ServeArguments {
  readonly dir: string;
  readonly port: number | null;
  readonly host: string | null;
}

const examples = `
Examples:
  $ convoy-serve                  the build in this folder: dist/convoy/_generated, …
  $ convoy-serve apps/chat        that of another project
  $ PORT=8080 convoy-serve        as most hosts ask for it

DATABASE_URL names the database; docs/server.md has all variables of the environment.
Ctrl-C, or SIGTERM, lets running calls end; a second one does not.`;

/** `null` where help or the version was asked for, and printed. @throws {ConvoyError} @throws {CommanderError} */
export function parseServeArguments(
  args: readonly string[],
  { version, out, err }: { readonly version: string; readonly out: Channel; readonly err: Channel },
): ServeArguments | null {
  const program = new Command("convoy-serve")
    .description("Serves a built Convoy project in production.")
    .argument("[dir]", "the folder of the project, or of its build", ".")
    .option("--port <port>", "default: PORT, or 3210")
    .option("--host <address>", "the address to listen on; default: HOST, or all of the machine")
    .version(version, "-v, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .addHelpText("after", examples)
    .showHelpAfterError("Run it with --help to see what it takes.")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => out.write(text),
      writeErr: (text) => err.write(text),
      getOutHelpWidth: () => out.columns,
      getErrHelpWidth: () => err.columns,
    });
  try {
    program.parse(args, { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return null;
    throw error;
  }
  const { port, host } = program.opts<{ port?: string; host?: string }>();
  return {
    dir: program.processedArgs[0] as string,
    port: port === undefined ? null : parsePort(port, "--port"),
    host: host ?? null,
  };
}
