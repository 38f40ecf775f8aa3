import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { ConvoyError } from "../../protocol/errors.js";
import { encodeWire } from "../../protocol/wire-value.js";
import { builders } from "./support/notes-project.js";
import { startTestServer, type TestServer } from "./support/test-server.js";

const { query, mutation, action } = builders;

class Point {
  x = 1;
}

const functions = {
  "bad.throws": query({
    handler: () => {
      throw new Error("the password is hunter2");
    },
  }),
  "bad.throwsText": query({
    handler: () => {
      // oxlint-disable-next-line typescript/only-throw-error -- handlers do
      throw "hunter2";
    },
  }),
  "bad.throwsNothing": query({
    handler: () => {
      // oxlint-disable-next-line typescript/only-throw-error -- handlers do
      throw undefined;
    },
  }),
  "bad.rejects": query({
    handler: () =>
      Promise.reject(Object.assign(new Error("hunter2"), { config: { auth: "hunter2" } })),
  }),
  "bad.odd": query({
    handler: () => {
      throw Object.defineProperty(new Error("odd"), "message", {
        get() {
          throw new Error("not even that");
        },
      });
    },
  }),
  "bad.returnsClass": action({ handler: () => new Point() }),
  "bad.returnsFunction": query({ handler: () => ({ inner: () => 1 }) }),
  "bad.returnsCircle": query({
    handler: () => {
      const circle: { self?: unknown } = {};
      circle.self = circle;
      return circle;
    },
  }),
  "bad.breaksPromise": query({
    returns: z.object({ salary: z.number() }),
    handler: () => ({ salary: "hunter2" }) as never,
  }),
  "bad.never": query({ handler: () => new Promise(() => {}) }),
  "bad.neverAction": action({ handler: () => new Promise(() => {}) }),
  "told.conflict": mutation({
    handler: () => {
      throw new ConvoyError("seat-taken", "Seat 12 is taken. Choose another.", {
        status: 409,
        data: { seats: [13n, 14n], until: new Date(0) },
        cause: new Error("hunter2"),
      });
    },
  }),
  "told.oddStatus": query({
    handler: () => {
      throw new ConvoyError("odd-status", "Not an error at all.", { status: 200 });
    },
  }),
  "told.oddData": query({
    handler: () => {
      throw new ConvoyError("odd-data", "With a class.", { status: 400, data: new Point() });
    },
  }),
  "told.busy": action({
    handler: () => {
      throw new ConvoyError("printer-busy", "The printer is busy.", {
        status: 503,
        retryable: true,
      });
    },
  }),
  "told.sql": query({ handler: (ctx) => ctx.db.sql`select * from hidden_things` }),
};

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ functions, callLimits: { transactionMs: 200, actionMs: 200 } });
});
afterAll(() => server[Symbol.asyncDispose]());

describe("a call", () => {
  test("writes and reads", async () => {
    const { json } = await server.post("/api/query/notes.count");
    const added = await server.post("/api/mutation/notes.add", { title: "first" });
    expect(added.status).toBe(200);
    expect(added.json).toEqual({ value: expect.stringMatching(/^[0-9a-f-]{36}$/) as unknown });
    expect(added.headers.get("content-type")).toBe("application/json");
    const again = await server.post("/api/query/notes.count");
    expect(again.json).toEqual({ value: (json.value as number) + 1 });
  });

  test("of a function in a folder has its slashes in the path", async () => {
    const { json } = await server.post("/api/action/admin/notes.echo", { value: "ü" });
    expect(json).toEqual({ value: "ü" });
  });

  test("carries dates, bigints and bytes both ways", async () => {
    const value = encodeWire({ at: new Date(0), big: 2n ** 70n, bytes: new Uint8Array([0, 255]) });
    const { json } = await server.post("/api/action/admin/notes.echo", { value });
    expect(json).toEqual({ value });
  });

  test("without a body has no arguments", async () => {
    const { status } = await server.fetch("/api/query/notes.count", { method: "POST" });
    expect(status).toBe(200);
  });

  test("names itself by the id that it brings, if that is one", async () => {
    const named = await server.post("/api/query/notes.count", {}, { "x-request-id": "abc-1" });
    expect(named.headers.get("x-request-id")).toBe("abc-1");
    const odd = await server.post("/api/query/notes.count", {}, { "x-request-id": "<script>" });
    expect(odd.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  });

  test("that is sent twice with the same ids is applied once", async () => {
    const ids = { "convoy-client-id": "client-1", "convoy-mutation-id": "1" };
    const first = await server.post("/api/mutation/notes.add", { title: "once" }, ids);
    const second = await server.post("/api/mutation/notes.add", { title: "once" }, ids);
    expect(first.status).toBe(200);
    expect(second.json).toEqual(first.json);
    const other = await server.post("/api/mutation/notes.add", { title: "once" });
    expect(other.json).toMatchObject({ status: 409, code: "unique-violation" });
  });
});

describe("an error", () => {
  test.each(["bad.throws", "bad.throwsText", "bad.throwsNothing", "bad.rejects", "bad.odd"])(
    "that %s tells the client nothing but an id, which the log has",
    async (name) => {
      const answer = await server.post(`/api/query/${name}`);
      expect(answer.status).toBe(500);
      expect(answer.headers.get("content-type")).toBe("application/problem+json");
      expect(answer.json).toMatchObject({
        type: "urn:convoy:error:internal-error",
        title: "Internal Server Error",
        status: 500,
        code: "internal-error",
        retryable: false,
      });
      expect(answer.text).not.toContain("hunter2");
      expect(server.logs.of(answer)).toMatchObject({
        level: "error",
        function: name,
        outcome: "failed",
        errorId: answer.json.errorId,
      });
      expect(server.logs.text()).not.toContain("config");
    },
  );

  test("of Convoy's reaches the client as it is, without its cause", async () => {
    const answer = await server.post("/api/mutation/told.conflict");
    expect(answer.json).toEqual({
      type: "urn:convoy:error:seat-taken",
      title: "Conflict",
      status: 409,
      detail: "Seat 12 is taken. Choose another.",
      code: "seat-taken",
      retryable: false,
      data: {
        seats: [{ $bigint: "13" }, { $bigint: "14" }],
        until: { $date: "1970-01-01T00:00:00.000Z" },
      },
    });
  });

  test("that may pass says when to try again", async () => {
    const { status, headers, json } = await server.post("/api/action/told.busy");
    expect(status).toBe(503);
    expect(headers.get("retry-after")).toBe("1");
    expect(json).toMatchObject({ code: "printer-busy", retryable: true });
  });

  test("with an odd status or odd data is an error all the same", async () => {
    const status = await server.post("/api/query/told.oddStatus");
    expect(status.json).toMatchObject({ status: 500, code: "odd-status" });
    const data = await server.post("/api/query/told.oddData");
    expect(data.json).toEqual({
      type: "urn:convoy:error:odd-data",
      title: "Bad Request",
      status: 400,
      detail: "With a class.",
      code: "odd-data",
      retryable: false,
    });
  });

  test("of Postgres keeps its words for the log", async () => {
    const answer = await server.post("/api/query/told.sql");
    expect(answer.json).toMatchObject({ status: 500, code: "sql-error" });
    expect(answer.text).not.toContain("hidden_things");
    expect(server.logs.of(answer)?.["error"]).toMatchObject({
      message: expect.stringContaining("hidden_things") as unknown,
    });
  });

  test("is told in words to a developer", async () => {
    await using dev = await startTestServer({ functions, development: true });
    // Its message cannot be read, which is no reason to leave it without an answer.
    expect((await dev.post("/api/query/bad.odd")).status).toBe(500);
    const thrown = await dev.post("/api/query/bad.throws");
    expect(thrown.json.detail).toContain("Error: the password is hunter2");
    const sql = await dev.post("/api/query/told.sql");
    expect(sql.json.detail).toContain("hidden_things");
  });
});

describe("a result", () => {
  test.each([
    ["action", "bad.returnsClass"],
    ["query", "bad.returnsFunction"],
    ["query", "bad.returnsCircle"],
  ])("of the %s %s, which cannot be sent, is an error", async (kind, name) => {
    const answer = await server.post(`/api/${kind}/${name}`);
    expect(answer.json).toMatchObject({ status: 500, code: "value-not-encodable" });
    expect(answer.json.detail).not.toContain("inner");
    expect(server.logs.of(answer)).toMatchObject({ level: "error", errorId: answer.json.errorId });
  });

  test("that breaks its `returns` is an error that does not show it", async () => {
    const answer = await server.post("/api/query/bad.breaksPromise");
    expect(answer.json).toMatchObject({ status: 500, code: "invalid-result" });
    expect(answer.text).not.toContain("salary");
  });

  test.each(["/api/query/bad.never", "/api/action/bad.neverAction"])(
    "of %s never comes, and the call ends all the same",
    async (path) => {
      const answer = await server.post(path);
      expect(answer.json).toMatchObject({ status: 503, code: "function-timeout" });
      expect(server.app.gate.running).toBe(0);
    },
  );
});
