#!/usr/bin/env node
import { readFileSync } from "node:fs";
import module from "node:module";
import { CommanderError } from "commander";
import { ConvoyError } from "../../protocol/errors.js";
import { createLog } from "../../runtime/server/log/create-log.js";
import { readServerSettings } from "../../runtime/server/settings.js";
import { catchStrayErrors } from "../../runtime/server/stray-errors.js";
import { createChannel } from "../channel.js";
import { exitCode } from "../exit-code.js";
import { printable } from "../printable.js";
import { parseServeArguments } from "./arguments.js";
import { serve } from "./serve.js";
import { listenForStop } from "./stop-requests.js";

// Node 22 keeps what it compiled for the next start.
(module as { enableCompileCache?: () => unknown }).enableCompileCache?.();

const { env, stdout, stderr } = process;
// What libraries go by. It must be there before the project's modules are.
env["NODE_ENV"] ??= "production";

const err = createChannel(stderr, env);
const manifest = new URL("../../../package.json", import.meta.url);
const { version } = JSON.parse(readFileSync(manifest, "utf8")) as { readonly version: string };

try {
  const out = createChannel(stdout, env);
  const args = parseServeArguments(process.argv.slice(2), { version, out, err });
  if (args !== null) await run(args);
} catch (error) {
  printFailure(error);
  process.exit(exitCode.failure);
}

async function run(args: NonNullable<ReturnType<typeof parseServeArguments>>): Promise<void> {
  const settings = readServerSettings(env);
  const log = createLog({ level: settings.logLevel ?? "info" });
  const stop = listenForStop();
  catchStrayErrors(log, () => stop.ask("an error", 1));
  const server = await serve({ args, settings, cwd: process.cwd(), env, log });
  const request = await stop.first;
  log.info({ by: request.by }, "stopping: no new calls, the running ones may end");
  await server[Symbol.asyncDispose]();
  log.info({}, "stopped");
  // Timers and sockets of the project's own must not keep a server alive that serves no more.
  process.exit(request.exitCode);
}

/** One paragraph; for what a module of the project has thrown, where it did. */
function printFailure(error: unknown): void {
  // Printed already, with what to do.
  if (error instanceof CommanderError) return;
  const { code, message, cause } =
    error instanceof ConvoyError
      ? error
      : { code: "internal-error", message: String(error), cause: error };
  const label = `${err.colors.red("error")} ${err.colors.gray(`${code}:`)}`;
  err.write(`${label} ${printable(message)}\n`);
  const isOfProject = code === "project-load-failed" || code === "internal-error";
  if (isOfProject && cause instanceof Error && cause.stack !== undefined) {
    err.write(`${printable(cause.stack)}\n`);
  }
}
