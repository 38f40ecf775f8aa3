/**
 * Serves the functions of a project as they are now, from their sources, for `convoy dev`. It is
 * started before it is needed, so that an edit waits only for the project's own modules.
 */
import path from "node:path";
import { ConvoyError } from "../../protocol/errors.js";
import { loadDrizzle } from "../../runtime/database/drizzle/connect.js";
import { createApp } from "../../runtime/server/app.js";
import { openBackend } from "../../runtime/server/backend.js";
import { type Listening, listen } from "../../runtime/server/listen.js";
import { createLog, type LogLevel } from "../../runtime/server/log/create-log.js";
import { loadProject } from "../../runtime/server/project/load-project.js";
import { catchStrayRejections } from "../../runtime/server/stray-errors.js";
import type { FromServer, ToServer } from "./server-messages.js";

// An error tells of the line that a person wrote.
process.setSourceMapsEnabled(true);

let stop: () => Promise<void> = async () => {};

process.on("message", (message: ToServer) => {
  void (message.kind === "serve" ? serve(message) : exit());
});
// Whoever started it has gone.
process.on("disconnect", () => void exit());
// Ctrl-C reaches every process of the terminal; the parent decides when this one ends.
process.on("SIGINT", () => {});

// What the first call and the project's modules ask for.
await Promise.all([
  loadDrizzle(),
  import("../../runtime/index.js"),
  import("../../runtime/server.js"),
]).catch(() => {});
tell({ kind: "warm" });

async function serve(message: Extract<ToServer, { kind: "serve" }>): Promise<void> {
  try {
    const { generated, bundle } = message;
    // Only what is not bundled has to be compiled as it is loaded, by hooks that all modules pay for.
    if (bundle === null) await import(import.meta.resolve("tsx"));
    const code = await loadProject(bundle ?? generated, path.join(generated, "manifest.json"));
    const backend = await openBackend({
      databaseUrl: message.databaseUrl,
      code,
      wakes: true,
    });
    const log = createLog({ level: message.logLevel as LogLevel });
    catchStrayRejections(log);
    const { allowedOrigins } = message;
    const app = createApp({ backend, log, allowedOrigins, development: true });
    const listening: Listening = await listen(app, { port: 0, host: "127.0.0.1" });
    stop = async () => {
      await listening.close();
      await backend[Symbol.asyncDispose]();
    };
    // The first call need not wait for what every server needs. Should it fail, that call says so.
    backend.program().catch(() => {});
    const port = Number(new URL(listening.url).port);
    tell({ kind: "listening", port, functions: Object.keys(code.functions).length });
  } catch (error) {
    const code = error instanceof ConvoyError ? error.code : "project-load-failed";
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    tell({ kind: "failed", code, message: error instanceof ConvoyError ? error.message : text });
  }
}

async function exit(): Promise<void> {
  await stop();
  process.exit(0);
}

function tell(message: FromServer): void {
  // The parent may have gone this very moment.
  process.send?.(message, undefined, undefined, () => {});
}
