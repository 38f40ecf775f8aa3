import { request as httpRequest } from "node:http";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { usualLimits } from "../../runtime/server/limits.js";
import { waitUntil } from "../postgres/embedded/wait-until.js";
import { builders } from "./support/notes-project.js";
import { answerOn, connect, rawRequest } from "./support/raw-request.js";
import { type Answer, startTestServer, type TestServer } from "./support/test-server.js";

const { action, internalMutation } = builders;

let began = 0;
let letGo = (): void => {};

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({
    functions: {
      "slow.wait": action({
        handler: () => {
          began += 1;
          return new Promise<string>((resolve) => {
            letGo = () => resolve("waited");
          });
        },
      }),
      "notes.any": action({ args: { value: z.any() }, handler: (_ctx, args) => args }),
      "secret.drop": internalMutation({ args: { all: z.boolean() }, handler: () => null }),
    },
    limits: { runningCalls: 1, headersMs: 300, requestMs: 600 },
  });
});
afterAll(() => server[Symbol.asyncDispose]());

// Whatever was sent, the server goes on, and what it says has one form.
afterEach(async () => {
  const { json } = await server.post("/api/query/notes.count");
  expect(json).toEqual({ value: 0 });
});

const echo = "/api/action/notes.any";

function send(body: string | Uint8Array, headers: Record<string, string> = {}): Promise<Answer> {
  return server.fetch(echo, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: body as never,
  });
}

function expectProblem(answer: Answer, status: number, code: string): void {
  expect(answer.json).toMatchObject({ status, code, type: `urn:convoy:error:${code}` });
  expect(answer.status).toBe(status);
  expect(answer.headers.get("content-type")).toBe("application/problem+json");
  expect(answer.json.detail).toBeTruthy();
}

describe("a path", () => {
  test.each(["/", "/api", "/api/query", "/api/query/", "/api/Query/notes.count", "/nope?x=1"])(
    "such as %s is not there",
    async (path) => {
      expectProblem(await server.fetch(path, { method: "POST" }), 404, "not-found");
    },
  );

  test("is called with POST alone, and says so", async () => {
    for (const method of ["GET", "PUT", "DELETE", "PATCH"]) {
      const answer = await server.fetch("/api/query/notes.count", { method });
      expectProblem(answer, 405, "method-not-allowed");
      expect(answer.headers.get("allow")).toBe("POST");
    }
    const probe = await server.fetch("/healthz", { method: "POST" });
    expectProblem(probe, 405, "method-not-allowed");
    expect(probe.headers.get("allow")).toBe("GET, HEAD");
  });

  test("that no function has, and that of an internal one, get the same answer", async () => {
    const missing = await server.post("/api/mutation/secret.drop2", { all: 1 });
    const internal = await server.post("/api/mutation/secret.drop", { all: 1 });
    const asQuery = await server.post("/api/query/secret.drop", { all: 1 });
    expectProblem(missing, 404, "function-not-found");
    for (const answer of [internal, asQuery]) {
      expect(answer.status).toBe(404);
      expect(answer.text).toBe(missing.text.replaceAll("secret.drop2", "secret.drop"));
      expect([...answer.headers.keys()]).toEqual([...missing.headers.keys()]);
    }
  });

  test.each(["__proto__", "constructor", "toString", "notes.__proto__", "a/../b", "%2e%2e"])(
    "with the name %s finds nothing",
    async (name) => {
      const answer = await server.post(`/api/query/${encodeURIComponent(name)}`);
      expectProblem(answer, 404, "function-not-found");
    },
  );

  test("of a function of another kind says which", async () => {
    const answer = await server.post("/api/query/notes.add", { title: "x" });
    expectProblem(answer, 400, "wrong-function-kind");
  });

  test("that cannot be decoded, or is too long, is refused", async () => {
    expectProblem(await server.post("/api/query/%ff"), 400, "malformed-url");
    const long = "x".repeat(usualLimits.urlLength);
    expectProblem(await server.post(`/api/query/${long}`), 414, "url-too-long");
  });

  test("of live queries is kept for them", async () => {
    expectProblem(await server.fetch("/api/sync"), 426, "websocket-required");
    const put = await server.fetch("/api/sync", { method: "PUT" });
    expectProblem(put, 405, "method-not-allowed");
    const late = await server.post("/api/sync?session=none", [], {});
    expectProblem(late, 404, "sync-session-not-found");
  });
});

describe("a body", () => {
  test("of other arguments than the function takes is refused by name", async () => {
    for (const [args, word] of [
      [{}, "title"],
      [{ title: 1 }, "title"],
      [{ title: "x", extra: 1 }, "extra"],
      [{ title: "x", __proto__x: 1 }, "__proto__x"],
    ] as const) {
      const answer = await server.post("/api/mutation/notes.add", args);
      expectProblem(answer, 400, "invalid-arguments");
      expect(answer.json.detail).toContain(word);
    }
  });

  test.each(["null", "[]", '"text"', "1", '{"$date":"2026-01-01T00:00:00.000Z"}'])(
    "that is %s is no arguments",
    async (body) => {
      expectProblem(await send(body), 400, "invalid-arguments");
    },
  );

  test.each(["{", "{'a':1}", "NaN", "{}{}", " "])("that is %s is no JSON", async (body) => {
    const answer = await send(body);
    expectProblem(answer, 400, "invalid-json");
    expect(answer.json.detail).not.toContain("'a'");
  });

  test("of the wrong type is refused", async () => {
    for (const type of [
      "text/plain",
      "application/x-www-form-urlencoded",
      "application/jsonp",
      "",
    ]) {
      expectProblem(await send("{}", { "content-type": type }), 415, "unsupported-media-type");
    }
    const none = await rawRequest(
      server.url,
      `POST ${echo} HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}`,
    );
    expect(none.status).toBe(415);
  });

  test("is UTF-8, and nothing else", async () => {
    expectProblem(await send(new Uint8Array([0x7b, 0xff, 0x7d])), 400, "invalid-utf8");
    const overlong = Buffer.from('{"value":"\xc0\x80"}', "latin1");
    expectProblem(await send(overlong), 400, "invalid-utf8");
    const latin = await send("{}", { "content-type": "application/json; charset=iso-8859-1" });
    expectProblem(latin, 415, "unsupported-charset");
    const named = await send('{"value":1}', {
      "content-type": 'Application/JSON; charset="UTF-8"',
    });
    expect(named.json).toEqual({ value: { value: 1 } });
  });

  test("is not compressed", async () => {
    expectProblem(await send("{}", { "content-encoding": "gzip" }), 415, "unsupported-encoding");
  });

  test("of 10 MB is refused, told or not, and the client learns why", async () => {
    const large = Buffer.alloc(10_000_000, " ");
    expectProblem(await send(large), 413, "body-too-large");
    const chunked = await new Promise<number>((resolve, reject) => {
      const sending = httpRequest(`${server.url}${echo}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
      });
      sending.on("response", (response) => {
        resolve(response.statusCode ?? 0);
        response.resume();
      });
      sending.on("error", reject);
      sending.end(large);
    });
    expect(chunked).toBe(413);
  });

  test("of just the size that is allowed is taken", async () => {
    const value = "x".repeat(usualLimits.bodyBytes - '{"value":""}'.length);
    expect((await send(JSON.stringify({ value }))).status).toBe(200);
    expectProblem(await send(JSON.stringify({ value: `${value}x` })), 413, "body-too-large");
  });

  test.each([
    ["arrays", '{"value":', "[", "]"],
    ["objects", '{"value":', '{"a":', "}"],
  ])("of %s as deep as fits is refused", async (_name, before, open, close) => {
    const levels = Math.floor((usualLimits.bodyBytes - 20) / (open.length + 1));
    const deep = `${before}${open.repeat(levels)}${open === "[" ? "" : "1"}${close.repeat(levels)}}`;
    expectProblem(await send(deep), 400, "value-not-decodable");
    expectProblem(await send(open.repeat(levels)), 400, "invalid-json");
  });

  test("with the names of prototypes touches none", async () => {
    const text =
      '{"value":{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}}';
    const answer = await send(text);
    expect(answer.text).toBe(`{"value":${text}}`);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    expectProblem(await send('{"__proto__":{"value":1},"value":1}'), 400, "invalid-arguments");
  });

  test("with a number that is larger than any is refused", async () => {
    for (const value of ["1e999", "-1e999", '[{"a":1e400}]']) {
      expectProblem(await send(`{"value":${value}}`), 400, "value-not-decodable");
    }
  });

  test("with a tag that is none is refused", async () => {
    for (const value of ['{"$date":"x"}', '{"$bigint":"1e9"}', '{"$bytes":"*"}', '{"$x":1}']) {
      expectProblem(await send(`{"value":${value}}`), 400, "value-not-decodable");
    }
  });
});

describe("the ids of a mutation", () => {
  test.each([
    [{ "convoy-client-id": "a" }],
    [{ "convoy-mutation-id": "a" }],
    [{ "convoy-client-id": "", "convoy-mutation-id": "1" }],
    [{ "convoy-client-id": "a b", "convoy-mutation-id": "1" }],
    [{ "convoy-client-id": "a", "convoy-mutation-id": "1".repeat(129) }],
  ])("%o are refused", async (headers) => {
    const answer = await server.post("/api/mutation/notes.add", { title: "x" }, headers);
    expectProblem(answer, 400, "invalid-mutation-id");
  });
});

describe("what is no request", () => {
  test.each([
    ["garbage", "hello\r\n\r\n", 400, "malformed-request"],
    [
      "a header without an end",
      `GET / HTTP/1.1\r\nx: ${"y".repeat(40_000)}`,
      431,
      "headers-too-large",
    ],
    [
      "a body of which nobody knows where it ends",
      `POST ${echo} HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n{}`,
      400,
      "malformed-request",
    ],
    [
      "a chunk that is none",
      `POST ${echo} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n`,
      400,
      "malformed-request",
    ],
    ["headers that never end", "GET / HTTP/1.1\r\nhost: x\r\n", 408, "request-timeout"],
    [
      "a body that never ends",
      `POST ${echo} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{`,
      408,
      "request-timeout",
    ],
  ])("such as %s is answered, and the connection closed", async (_name, bytes, status, code) => {
    const answer = await rawRequest(server.url, bytes);
    expect(answer.status).toBe(status);
    expect(answer.head).toContain("application/problem+json");
    expect(JSON.parse(answer.body)).toMatchObject({ status, code });
  });

  test("a request that expects what nobody knows is answered as if it did not", async () => {
    const answer = await rawRequest(
      server.url,
      `GET /healthz HTTP/1.1\r\nhost: x\r\nexpect: cake\r\nconnection: close\r\n\r\n`,
    );
    expect(answer.status).toBe(200);
  });
});

describe("a client that goes away", () => {
  test("while it sends costs a line of the log, and no error", async () => {
    const socket = await connect(server.url);
    socket.write(
      `POST ${echo} HTTP/1.1\r\nhost: x\r\nx-request-id: gone-1\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{`,
    );
    // The server has it once it has answered another request.
    await server.fetch("/healthz");
    socket.destroy();
    const record = (): Record<string, unknown> | undefined =>
      server.logs.records().find(({ requestId }) => requestId === "gone-1");
    await waitUntil("the log has it", () => record() !== undefined);
    expect(record()).toMatchObject({ level: "info", outcome: "aborted" });
  });

  test("while its call runs lets the call end", async () => {
    const socket = await connect(server.url);
    socket.write(`POST /api/action/slow.wait HTTP/1.1\r\nhost: x\r\nx-request-id: gone-2\r\n\r\n`);
    await waitUntil("the call runs", () => began === 1);
    socket.destroy();
    letGo();
    const record = (): Record<string, unknown> | undefined =>
      server.logs.records().find(({ requestId }) => requestId === "gone-2");
    await waitUntil("the call has ended", () => record() !== undefined);
    expect(record()).toMatchObject({ level: "info", outcome: "ok" });
  });
});

test("more calls than may run are refused, and may be sent again", async () => {
  const running = server.post("/api/action/slow.wait");
  await waitUntil("the call runs", () => began === 2);
  const refused = await server.post("/api/query/notes.count");
  expectProblem(refused, 503, "server-busy");
  expect(refused.json.retryable).toBe(true);
  expect(refused.headers.get("retry-after")).toBe("1");
  letGo();
  expect((await running).json).toEqual({ value: "waited" });
});

test("requests of one connection are answered in their order, the bad ones too", async () => {
  const socket = await connect(server.url);
  const get = (path: string): string => `GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`;
  socket.write(`${get("/healthz")}${get("/nope")}${get("/healthz")}hello\r\n\r\n`);
  const { head, body } = await answerOn(socket);
  const statuses = [...`${head}${body}`.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status);
  expect(statuses).toEqual(["200", "404", "200", "400"]);
});

test("nothing of all this was an error of the server's", () => {
  const errors = server.logs.records().filter(({ level }) => level === "error");
  expect(errors).toEqual([]);
});
