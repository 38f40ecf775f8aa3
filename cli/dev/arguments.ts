import { type Command, Option } from "commander";
import { parsePort, readServerSettings } from "../../runtime/server/settings.js";
import type { Environment } from "../environment.js";
import { type ExitCode, exitCode } from "../exit-code.js";

interface DevArguments {
  readonly root: string;
  readonly once?: true;
  readonly serve: boolean;
  readonly port?: string;
}

/** Where clients look for the functions unless they are told. */
const USUAL_PORT = 3210;

const examples = `
Examples:
  $ convoy dev                    generate, sync, serve, and again after every change
  $ convoy dev --once             generate and sync, and that is all
  $ convoy dev --root apps/chat   for a project in another folder

DATABASE_URL, in the environment, .env.local or .env, names the database. Without it, an embedded
Postgres keeps its data in .convoy/postgres.

Exit codes: 0 stopped or done, 1 errors found, 2 wrong usage or environment.`;

export function addDevCommand(
  program: Command,
  environment: Environment,
  finish: (code: ExitCode) => void,
): void {
  program
    .command("dev")
    .summary("run the project while you work on it")
    .description(
      "Finds or starts Postgres, keeps convoy/_generated and the tables in step with the code, and\nserves the functions. An edit is live at the next call.",
    )
    .option("--root <dir>", "the folder that holds convoy/", ".")
    .addOption(new Option("--once", "generate and sync once, then end").conflicts("port"))
    .option("--no-serve", "do not serve the functions")
    .option("--port <port>", `where functions are served; default: PORT, or ${USUAL_PORT}`)
    .addHelpText("after", examples)
    .action(async (options: DevArguments) => {
      finish(await dev(options, environment));
    });
}

async function dev(options: DevArguments, environment: Environment): Promise<ExitCode> {
  const { env } = environment;
  const port = parsePort(options.port ?? (env["PORT"] || String(USUAL_PORT)), "--port");
  // PORT has been read, unless --port goes before it.
  const { logLevel, allowedOrigins } = readServerSettings({ ...env, PORT: undefined });
  const [
    { openProject },
    { findDatabase },
    { printDatabase },
    { openFront },
    { createFunctionServers },
    { systemClock },
    { runDev },
    { runOnce },
    print,
  ] = await Promise.all([
    import("../open-project.js"),
    import("../database/find-database.js"),
    import("../database/print-database.js"),
    import("./front.js"),
    import("./function-servers.js"),
    import("../clock.js"),
    import("./run.js"),
    import("./once.js"),
    import("./print.js"),
  ]);
  const session = await openProject(environment.cwd, options.root);
  const { root } = session.project;

  if (options.once) {
    await using database = await findDatabase(root, env, "all");
    printDatabase(database, environment);
    let code: ExitCode = exitCode.ok;
    for await (const event of runOnce({ session, database, clock: systemClock })) {
      print.printDev(event, session, environment);
      if (print.isFailure(event)) code = exitCode.errors;
    }
    return code;
  }

  // First of all: a port in use is known before anything has been started.
  await using front = options.serve ? await openFront(port) : null;
  await using database = await findDatabase(root, env, "all");
  printDatabase(database, environment);
  // Until here Ctrl-C ends the process, which a server that does not answer would hold up.
  const signal = environment.untilStopped();
  await using servers =
    front &&
    createFunctionServers({
      root,
      env,
      onOutput: (text) => print.printOutput(text, environment),
      onCrash: () => print.printCrash(environment),
    });
  const serving = front && servers ? { front, servers } : null;
  const dev = runDev({
    session,
    database,
    serving,
    logLevel: logLevel ?? "warn",
    allowedOrigins: allowedOrigins.length > 0 ? allowedOrigins : LOCAL_ORIGINS,
    clock: systemClock,
    signal,
  });
  let announced = false;
  for await (const event of dev) {
    print.printDev(event, session, environment);
    if (event.kind !== "serving" || announced || front === null) continue;
    announced = true;
    print.printAddress(front.port, environment);
  }
  return exitCode.ok;
}

/** A page that a developer's own tools serve, on whatever port. */
const LOCAL_ORIGINS = ["http://localhost:*", "http://127.0.0.1:*"];
