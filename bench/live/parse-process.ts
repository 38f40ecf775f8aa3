/** Parse Server with LiveQuery, on Postgres. */
import { createServer } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import path from "node:path";
import express from "express";
import { answerAll } from "./child.js";
import type { ServerAnswer, ServerCommand } from "./server.js";

interface ParseModule {
  readonly ParseServer: {
    new (options: object): { start(): Promise<void>; readonly app: express.Express };
    createLiveQueryServer(server: object): Promise<unknown>;
  };
}

const folder = process.env["PARSE_FOLDER"] ?? "";
const { ParseServer } = createRequire(path.join(folder, "package.json"))(
  "parse-server",
) as ParseModule;

const app = express();
const http = createServer(app);
await new Promise<void>((resolve) => void http.listen(0, "127.0.0.1", resolve));
const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
const parse = new ParseServer({
  databaseURI: process.env["DATABASE_URL"],
  appId: "bench",
  masterKey: "bench",
  serverURL: `${url}/parse`,
  liveQuery: { classNames: ["Project"] },
  allowClientClassCreation: true,
  logLevel: "error",
  silent: true,
});
await parse.start();
app.use("/parse", parse.app);
await ParseServer.createLiveQueryServer(http);

answerAll<ServerCommand, ServerAnswer>(() => {
  const { user, system } = process.cpuUsage();
  const { heapUsed, external, rss } = process.memoryUsage();
  const cpuMs = (user + system) / 1e3;
  const held = heapUsed + external;
  return Promise.resolve({ url, committedAt: 0, cpuMs, held, rss, runs: 0, ticks: 0 });
});
