#!/usr/bin/env node
import { readFileSync } from "node:fs";
import module from "node:module";
import { createChannel } from "./channel.js";
import type { Environment } from "./environment.js";
import { exitCode } from "./exit-code.js";
import { printFailure } from "./failure.js";
import { runProgram } from "./program.js";

const { env, stdout, stderr } = process;
const manifest = new URL("../../package.json", import.meta.url);
const { version } = JSON.parse(readFileSync(manifest, "utf8")) as { readonly version: string };

// Node 22 keeps what it compiled of TypeScript for the next run.
(module as { enableCompileCache?: () => unknown }).enableCompileCache?.();

const environment: Environment = {
  version,
  cwd: process.cwd(),
  env,
  out: createChannel(stdout, env),
  err: createChannel(stderr, env),
  debug: env["CONVOY_DEBUG"] === "1",
  untilStopped() {
    const stop = new AbortController();
    // Once: asked a second time, Node ends the process at once.
    for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => stop.abort());
    return stop.signal;
  },
};

// Whoever reads the output may stop reading: `convoy check | head`.
for (const stream of [stdout, stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit();
    throw error;
  });
}

process.on("uncaughtException", (error) => {
  printFailure(error, environment);
  process.exit(exitCode.failure);
});

process.exitCode = await runProgram(process.argv.slice(2), environment);
