import { createApp } from "../../../../runtime/server/app.js";
import { openBackend } from "../../../../runtime/server/backend.js";
import { listen } from "../../../../runtime/server/listen.js";
import { syncSchema } from "../../../../runtime/postgres/apply/sync-schema.js";
import type { OwnDatabase } from "../../../../runtime/postgres/embedded/template-database.js";
import type { LiveServer } from "../../../../runtime/realtime/live-server.js";
import { type LogLines, logLines } from "../../../server/support/log-lines.js";
import { testDatabase } from "../../../support/postgres.js";
import { marksManifest, marksProject } from "./marks-project.js";

export interface MarksServer extends AsyncDisposable {
  readonly url: string;
  readonly counts: LiveServer["counts"];
  readonly logs: LogLines;
}

export interface MarksServerOptions {
  readonly databaseUrl: string;
  readonly port?: number;
  readonly maxConnections?: number;
}

/** A server as `convoy-serve` runs it, in this process. */
export async function startMarksServer({
  databaseUrl,
  port = 0,
  maxConnections = 10,
}: MarksServerOptions): Promise<MarksServer> {
  const logs = logLines("warn");
  const code = marksProject();
  const backend = await openBackend({ databaseUrl, code, maxConnections, wakes: true });
  const app = createApp({ backend, log: logs.log, limits: { drainMs: 0 } });
  const listening = await listen(app, { port, host: "127.0.0.1" });
  return {
    url: listening.url,
    get counts() {
      return app.live.counts;
    },
    logs,
    async [Symbol.asyncDispose]() {
      await listening.close();
      await backend[Symbol.asyncDispose]();
    },
  };
}

export async function prepareMarks(url: string): Promise<void> {
  await syncSchema({ url, manifest: marksManifest });
}

/** A database of its own with the tables of the marks. */
export function marksDatabase(): Promise<OwnDatabase> {
  return testDatabase({ name: "marks_2", setup: prepareMarks });
}
