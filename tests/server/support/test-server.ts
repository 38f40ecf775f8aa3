import type { ProblemBody } from "../../../protocol/http.js";
import type { FunctionRegistry } from "../../../runtime/functions/run/registry.js";
import type { RunnerLimits } from "../../../runtime/functions/run/runner-limits.js";
import { syncSchema } from "../../../runtime/postgres/apply/sync-schema.js";
import type { OwnDatabase } from "../../../runtime/postgres/embedded/template-database.js";
import { type App, type AppOptions, createApp } from "../../../runtime/server/app.js";
import { type Backend, openBackend } from "../../../runtime/server/backend.js";
import { type Listening, listen } from "../../../runtime/server/listen.js";
import { testDatabase } from "../../support/postgres.js";
import { type LogLines, logLines } from "./log-lines.js";
import { notesProject } from "./notes-project.js";

/** A server on a free port, before a database with the tables of the notes project. */
export interface TestServer extends AsyncDisposable {
  readonly url: string;
  readonly app: App;
  readonly backend: Backend;
  readonly listening: Listening;
  readonly logs: LogLines;
  /** Calls a function with what is its body as JSON. */
  post(path: string, args?: unknown, headers?: Record<string, string>): Promise<Answer>;
  fetch(path: string, init?: RequestInit): Promise<Answer>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** What the text says, where it is JSON. */
  readonly json: { readonly value?: unknown } & Partial<ProblemBody>;
}

export interface TestServerOptions
  extends Partial<Pick<AppOptions, "limits" | "allowedOrigins" | "development">> {
  readonly functions?: FunctionRegistry;
  readonly callLimits?: Partial<RunnerLimits>;
  /** Another database; the test's own if left out. */
  readonly databaseUrl?: string;
}

/** A database with the tables of the notes project. */
export function notesDatabase(): Promise<OwnDatabase> {
  return testDatabase({
    name: "server_notes_5",
    setup: async (url) => {
      await syncSchema({ url, manifest: notesProject().manifest });
    },
  });
}

export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const { functions, callLimits, databaseUrl, ...ofApp } = options;
  const database = databaseUrl === undefined ? await notesDatabase() : null;
  const logs = logLines();
  const backend = await openBackend({
    databaseUrl: databaseUrl ?? database?.url ?? "",
    code: notesProject(functions),
    ...(callLimits && { limits: callLimits }),
  });
  const app = createApp({ backend, log: logs.log, ...ofApp });
  const listening = await listen(app, { port: 0, host: "127.0.0.1" });
  const { url } = listening;
  const request = async (path: string, init: RequestInit = {}): Promise<Answer> => {
    const response = await fetch(`${url}${path}`, init);
    const { status, headers } = response;
    const text = await response.text();
    const isJson = headers.get("content-type")?.includes("json") ?? false;
    return {
      status,
      headers,
      text,
      json: isJson && text !== "" ? (JSON.parse(text) as Answer["json"]) : {},
    };
  };
  return {
    url,
    app,
    backend,
    listening,
    logs,
    fetch: request,
    post: (path, args = {}, headers = {}) =>
      request(path, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: JSON.stringify(args),
      }),
    async [Symbol.asyncDispose]() {
      await listening.close();
      await backend[Symbol.asyncDispose]();
      await database?.[Symbol.asyncDispose]();
    },
  };
}
