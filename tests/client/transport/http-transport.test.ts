import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { ConvoyError, createConvoyClient, type ConvoyClient } from "../../../client/index.js";
import { api } from "../support/api.js";
import { deferred } from "../support/deferred.js";
import { fakeClock } from "../support/fake-clock.js";

type Handler = (request: IncomingMessage, response: ServerResponse) => unknown;

interface Listening extends AsyncDisposable {
  readonly url: string;
}

/** A real HTTP server, which ends with the scope whatever its connections wait for. */
async function listen(handler: Handler): Promise<Listening> {
  const server = createServer((request, response) => void handler(request, response));
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) text += String(chunk);
  return text;
}

/** A server that answers every request with this. */
const answering = (status: number, body: string, type = "application/json"): Promise<Listening> =>
  listen((_request, response) => {
    response.writeHead(status, { "content-type": type }).end(body);
  });

const rejection = async (call: Promise<unknown>): Promise<ConvoyError> => {
  const error = await call.then(
    () => new Error("It resolved."),
    (error: unknown) => error,
  );
  expect(error).toBeInstanceOf(ConvoyError);
  return error as ConvoyError;
};

/** Retries at once: what happens is to be seen, not when. */
const atOnce = (url: string): ConvoyClient => {
  const { setTimeout: set, clearTimeout: clear } = globalThis;
  return createConvoyClient({
    url,
    setTimeout: (callback, ms) => set(callback, ms < 30_000 ? 0 : ms),
    clearTimeout: (timer) => clear(timer as NodeJS.Timeout),
  });
};

test("a call is a POST of its arguments in wire form, and its result comes back decoded", async () => {
  const seen: unknown[] = [];
  await using server = await listen(async (request, response) => {
    seen.push([request.method, request.url, request.headers["content-type"]]);
    seen.push(JSON.parse(await bodyOf(request)));
    response.end('{"value":[{"name":"x","at":{"$date":"2026-11-22T20:37:50.123Z"}}]}');
  });
  await using client = createConvoyClient({ url: `${server.url}/` });
  expect(await client.query(api.projects.list, { owner: "ada" })).toEqual([
    { name: "x", at: new Date("2026-11-22T20:37:50.123Z") },
  ]);
  await client.query(api.projects.count);
  expect(seen).toEqual([
    ["POST", "/api/query/projects.list", "application/json"],
    { owner: "ada" },
    ["POST", "/api/query/projects.count", "application/json"],
    {},
  ]);
});

test("an argument that cannot be sent rejects before anything is sent", async () => {
  await using client = createConvoyClient({ url: "http://127.0.0.1:1" });
  const owner = (() => "ada") as never;
  expect(await rejection(client.query(api.projects.list, { owner }))).toMatchObject({
    code: "value-not-encodable",
  });
  expect(await rejection(client.mutation(api.projects.create, { owner, name: "" }))).toMatchObject({
    code: "value-not-encodable",
  });
});

test("a problem document becomes a ConvoyError with its code, status and data", async () => {
  const problem = {
    type: "about:blank",
    title: "Conflict",
    status: 409,
    code: "name-taken",
    detail: "There is a project of this name.",
    retryable: false,
    data: { since: { $date: "2026-11-22T20:37:50.123Z" }, count: { $bigint: "12" } },
  };
  await using server = await answering(409, JSON.stringify(problem), "application/problem+json");
  await using client = createConvoyClient(server);
  const error = await rejection(client.action(api.projects.send, { to: "bob" }));
  expect(error).toMatchObject({
    message: "There is a project of this name.",
    code: "name-taken",
    status: 409,
    retryable: false,
    data: { since: new Date("2026-11-22T20:37:50.123Z"), count: 12n },
  });
});

const deep = `{"value":${"[".repeat(300)}${"]".repeat(300)}}`;

test.each([
  ["nothing", 200, "", false],
  ["a page", 200, "<!doctype html>", false],
  ["null", 200, "null", false],
  ["a string", 200, '"value"', false],
  ["no value", 200, "{}", false],
  ["an unknown tag", 200, '{"value":{"$unknown":"x"}}', false],
  ["too many levels", 200, deep, false],
  ["a problem without a code", 404, "{}", false],
  ["a problem whose code is no string", 500, '{"code":1,"detail":"x"}', false],
  ["data that stand for nothing", 500, '{"code":"x","detail":"x","data":{"$date":"x"}}', false],
  ["the page of a proxy", 502, "<h1>Bad gateway</h1>", true],
  ["nothing, for now", 503, "", true],
])("an answer with %s (%i) is none of Convoy's", async (_what, status, body, retryable) => {
  await using server = await answering(status, body);
  await using client = atOnce(server.url);
  const error = await rejection(client.query(api.projects.count));
  expect(error).toMatchObject({ code: "bad-response", status, retryable });
  expect(error.message).toContain('The answer to the query "projects.count"');
});

test("a server that is not there is a network error, which may pass", async () => {
  let url = "";
  {
    await using server = await answering(200, "");
    ({ url } = server);
  }
  await using client = atOnce(url);
  expect(client.connection.state.status).toBe("connecting");
  const error = await rejection(client.query(api.projects.count));
  expect(error).toMatchObject({ code: "network-error", retryable: true });
  expect(error.message).toContain(url);
  expect(error.cause).toBeInstanceOf(TypeError);
  expect(client.connection.state.status).toBe("disconnected");
});

test("an answer that breaks off is a network error", async () => {
  await using server = await listen((_request, response) => {
    response.writeHead(200, { "content-length": 100 }).write('{"value":');
    setImmediate(() => response.destroy());
  });
  await using client = atOnce(server.url);
  expect(await rejection(client.query(api.projects.count))).toMatchObject({
    code: "network-error",
  });
});

test.each(["", "localhost:3210", "ftp://server", "not a url"])(
  "the url %j rejects calls with what to write",
  async (url) => {
    await using client = createConvoyClient({ url });
    const error = await rejection(client.query(api.projects.count));
    expect(error).toMatchObject({ code: "client-url-invalid", retryable: false });
    expect(error.message).toContain("createConvoyClient({ url:");
  },
);

/** A server that reads requests and never answers. */
async function silent(): Promise<Listening & { arrived: Promise<void>; closed: Promise<void> }> {
  const [arrived, closed] = [deferred(), deferred()];
  const server = await listen((request, response) => {
    arrived.resolve();
    response.on("close", closed.resolve);
    request.resume();
  });
  return { ...server, arrived: arrived.promise, closed: closed.promise };
}

test("a call that is not answered in time ends, and so does its request", async () => {
  await using server = await silent();
  const clock = fakeClock();
  await using client = createConvoyClient({ url: server.url, timeoutMs: 5000, ...clock });
  const call = rejection(client.action(api.projects.send, { to: "bob" }));
  await server.arrived;
  await clock.advance(5000);
  expect(await call).toMatchObject({ code: "request-timeout", retryable: true });
  await server.closed;
  expect(client.connection.state.status).toBe("disconnected");
  expect(clock.delays).toEqual([]);
});

test("the signal of a call ends it and its request, or keeps it from being sent", async () => {
  await using server = await silent();
  await using client = createConvoyClient(server);
  const controller = new AbortController();
  const { signal } = controller;
  const call = rejection(client.query(api.projects.count, {}, { signal }));
  await server.arrived;
  controller.abort("enough");
  expect(await call).toMatchObject({ code: "aborted", retryable: false, cause: "enough" });
  await server.closed;
  expect(await rejection(client.query(api.projects.count, {}, { signal }))).toMatchObject({
    code: "aborted",
  });
  expect(client.connection.state.status).toBe("connecting");
});

test("closing the client ends what runs, and all that comes later", async () => {
  await using server = await silent();
  const client = createConvoyClient(server);
  const first = rejection(client.mutation(api.projects.clear));
  const second = rejection(client.mutation(api.projects.clear));
  await server.arrived;
  await client.close();
  const later = rejection(client.query(api.projects.count));
  for (const call of [first, second, later]) {
    expect(await call).toMatchObject({ code: "client-closed", retryable: false });
  }
  await server.closed;
});

test("the timeout and the signal hold for a fetch that knows neither", async () => {
  const clock = fakeClock();
  const fetch = (): Promise<never> => new Promise(() => {});
  await using client = createConvoyClient({ url: "http://server.test", fetch, ...clock });
  const call = rejection(client.action(api.projects.send, { to: "bob" }));
  await clock.advance(45_000);
  expect(await call).toMatchObject({ code: "request-timeout" });
});

test("a mutation whose answers are lost is sent again with the same ids, in its turn", async () => {
  const seen: string[] = [];
  const ids = new Set<unknown>();
  await using server = await listen(async (request, response) => {
    const { name } = JSON.parse(await bodyOf(request)) as { name: string };
    seen.push(`${String(request.headers["convoy-mutation-id"])} ${name}`);
    ids.add(request.headers["convoy-client-id"]);
    if (seen.length === 1) return response.destroy();
    if (seen.length === 2) return response.writeHead(503).end("Starting.");
    return response.end(JSON.stringify({ value: name }));
  });
  await using client = atOnce(server.url);
  const names = await Promise.all(
    ["a", "b"].map((name) => client.mutation(api.projects.create, { owner: "ada", name })),
  );
  expect(names).toEqual(["a", "b"]);
  expect(seen).toEqual(["1 a", "1 a", "1 a", "2 b"]);
  expect([...ids]).toEqual([expect.stringMatching(/^[0-9a-f]{32}$/)]);
});

test("an action is sent once, a query up to three times", async () => {
  let requests = 0;
  await using server = await listen((_request, response) => {
    requests++;
    response.destroy();
  });
  await using client = atOnce(server.url);
  await rejection(client.action(api.projects.send, { to: "bob" }));
  expect(requests).toBe(1);
  await rejection(client.query(api.projects.count));
  expect(requests).toBe(4);
});
