import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { ConvoyError } from "../../protocol/errors.js";
import { createLog } from "../../runtime/server/log/create-log.js";
import { errorRecord } from "../../runtime/server/log/error-record.js";
import { builders, notesProject } from "./support/notes-project.js";
import { startTestServer, type TestServer } from "./support/test-server.js";

const { query, mutation } = builders;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({
    functions: {
      "notes.login": mutation({
        args: { password: z.string() },
        handler: async (ctx, { password }) => {
          await ctx.db.sql`select ${password}::integer`;
        },
      }),
      "notes.broken": query({
        handler: () => {
          throw new Error("broken");
        },
      }),
    },
  });
});
afterAll(() => server[Symbol.asyncDispose]());

describe("the log", () => {
  test("has a line for each call, with who and how, and never with what", async () => {
    const secret = "hunter2-in-arguments";
    const answer = await server.post(
      "/api/action/admin/notes.echo",
      { value: secret },
      { authorization: "Bearer hunter2-in-headers", cookie: "session=hunter2-in-cookies" },
    );
    expect(server.logs.of(answer)).toEqual({
      level: "info",
      time: expect.stringMatching(/^\d{4}-.*Z$/) as unknown,
      requestId: answer.headers.get("x-request-id"),
      kind: "action",
      function: "admin/notes.echo",
      outcome: "ok",
      durationMs: expect.any(Number) as unknown,
      status: 200,
      msg: "call",
    });
    await server.post("/api/mutation/notes.add", { title: secret, wrong: secret });
    const login = await server.post("/api/mutation/notes.login", { password: secret });
    expect(login.json).toMatchObject({ status: 500, code: "sql-error" });
    expect(login.text).not.toContain(secret);
    const text = server.logs.text();
    expect(text).not.toContain("hunter2");
    expect(text).not.toContain("select");
    expect(text).toContain("22P02");
  });

  test("censors what a project's code hands to it by the usual names", () => {
    let line = "";
    const write = (text: string): void => {
      line = text;
    };
    const log = createLog({ level: "info", destination: { write } });
    log.info({ headers: { authorization: "hunter2" }, a: { b: { cookie: "hunter2" } } }, "x");
    expect(line).not.toContain("hunter2");
    log.info({ password: "hunter2", token: "hunter2" }, "x");
    expect(line).not.toContain("hunter2");
  });

  test("keeps the causes of an error, and of them only what is named", () => {
    const inner = Object.assign(new Error("refused"), {
      code: "ECONNREFUSED",
      headers: { a: "s" },
    });
    const cause = new AggregateError([inner], "");
    const error = new ConvoyError("database-not-reached", "No connection.", { cause });
    const record = errorRecord(error);
    expect(record).toMatchObject({
      type: "ConvoyError",
      code: "database-not-reached",
      message: "No connection.",
      cause: { type: "AggregateError", errors: [{ code: "ECONNREFUSED", message: "refused" }] },
    });
    expect(JSON.stringify(record)).not.toContain("headers");
  });
});

describe("the metrics", () => {
  test("count calls by function and outcome, and have no series for made-up names", async () => {
    await server.post("/api/query/notes.count");
    await server.post("/api/query/notes.broken");
    await server.post("/api/query/notes.count", { wrong: 1 });
    for (let made = 0; made < 20; made += 1) await server.post(`/api/query/made.up${made}`);
    await server.post("/api/mutation/notes.wipe");
    const { text, headers } = await server.fetch("/metrics");
    expect(headers.get("content-type")).toContain("text/plain");
    const call = (name: string, outcome: string): string =>
      `convoy_calls_total{kind="query",function="${name}",outcome="${outcome}"}`;
    expect(text).toContain(`${call("notes.count", "ok")} 1`);
    expect(text).toContain(`${call("notes.count", "refused")} 1`);
    expect(text).toContain(`${call("notes.broken", "failed")} 1`);
    expect(text).toContain(`${call("", "refused")} 20`);
    expect(text).not.toContain("made.up");
    expect(text).not.toContain("notes.wipe");
    expect(text).toContain(
      'convoy_call_duration_seconds_count{kind="query",function="notes.count"} 2',
    );
    expect(text).toMatch(/^convoy_database_connections [1-9]/m);
    expect(text).toContain("convoy_calls_running 0");
    expect(text).toContain("nodejs_eventloop_lag_seconds");
  });
});

describe("the probes", () => {
  test("say that the server lives, and that it is ready", async () => {
    expect((await server.fetch("/healthz")).json).toEqual({ status: "alive" });
    expect((await server.fetch("/readyz")).json).toEqual({ status: "ready" });
    const head = await server.fetch("/readyz", { method: "HEAD" });
    expect([head.status, head.text]).toEqual([200, ""]);
  });

  test("tell when the code needs what the database lacks, and when it does no more", async () => {
    const code = notesProject();
    const [notes] = code.manifest.tables;
    const index = { name: "by_id_and_title", fields: ["title", "_creationTime"], unique: false };
    await using own = await startTestServer();
    own.backend.replace({
      ...code,
      manifest: { ...code.manifest, tables: [{ ...notes!, indexes: [index] }] },
    });
    const { status, json } = await own.fetch("/readyz");
    expect(status).toBe(503);
    expect(json).toMatchObject({ code: "schema-out-of-step", status: 503 });
    expect(json.detail).toContain("by_id_and_title");
    // Functions that do not need it work all the same.
    expect((await own.post("/api/query/notes.count")).json).toEqual({ value: 0 });
    own.backend.replace(code);
    await expect(own.backend.check()).resolves.toBeUndefined();
  });

  test("a schema that another version of the code applied is no reason to be unready", async () => {
    await using own = await startTestServer();
    const code = notesProject();
    const tables = code.manifest.tables.map((table) => ({ ...table, indexes: [] }));
    // This code needs less than there is, as the old one does while the new one is deployed.
    own.backend.replace({ ...code, manifest: { ...code.manifest, tables } });
    expect((await own.fetch("/readyz")).status).toBe(200);
  });
});
