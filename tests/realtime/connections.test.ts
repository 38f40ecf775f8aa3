import { createServer, type Server } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import express from "express";
import { convoyHandler } from "convoy/server";
import { expect, test } from "vitest";
import { WebSocketServer } from "ws";
import { waitUntil } from "../postgres/embedded/wait-until.js";
import { logLines } from "../server/support/log-lines.js";
import { connect } from "../server/support/raw-request.js";
import { builders, notesProject } from "../server/support/notes-project.js";
import { notesDatabase, startTestServer } from "../server/support/test-server.js";
import { eventStream } from "./support/event-stream.js";
import { liveFunctions } from "./support/live-notes.js";
import { syncClient } from "./support/sync-client.js";

test("where there is no WebSocket, messages come as a stream of events", async () => {
  await using server = await startTestServer({ functions: liveFunctions });
  await using stream = await eventStream(server.url);
  const sent = await stream.send(
    { type: "connect", clientId: "streamed" },
    { type: "watch", queries: [{ id: 1, name: "notes.count", args: {} }] },
  );
  expect(sent.status).toBe(204);
  expect(await stream.next()).toMatchObject({
    type: "transition",
    changes: [{ id: 1, value: 0 }],
  });
  await server.post("/api/mutation/notes.add", { title: "a" });
  expect(await stream.next()).toMatchObject({ changes: [{ id: 1, value: 1 }] });
  const wrong = await stream.send({ type: "connect", clientId: "another" });
  expect(wrong.status).toBe(400);
  expect(await stream.next()).toMatchObject({
    type: "refused",
    problem: { code: "invalid-sync-message" },
  });
  expect(await stream.next()).toBeNull();
  const late = await stream.send({ type: "settle", mutation: 1 });
  expect([late.status, await late.json()]).toMatchObject([404, { code: "sync-session-not-found" }]);
});

test("a limit of what a call may bring is none of what a client's stream may say", async () => {
  await using server = await startTestServer({
    functions: liveFunctions,
    limits: { bodyBytes: 1000 },
  });
  await using stream = await eventStream(server.url);
  const queries = Array.from({ length: 100 }, (_, id) => ({ id, name: "notes.count", args: {} }));
  const sent = await stream.send(
    { type: "connect", clientId: "talkative" },
    { type: "watch", queries },
  );
  expect(sent.status).toBe(204);
  expect(await stream.next()).toMatchObject({ type: "transition" });
  const { json } = await server.post("/api/mutation/notes.add", { title: "x".repeat(1000) });
  expect(json.code).toBe("body-too-large");
});

test("a server that stops sends its clients elsewhere", async () => {
  await using server = await startTestServer({ functions: liveFunctions });
  const client = await syncClient(server.url);
  await using stream = await eventStream(server.url);
  client.watch(1, "notes.count");
  await client.settled();
  await server.listening.close();
  expect(await client.closed).toEqual({ code: 1012, reason: "server-shutting-down" });
  expect(await stream.next()).toBeNull();
});

test("a server has a limit of clients, and each of queries", async () => {
  await using server = await startTestServer({
    functions: liveFunctions,
    limits: { liveSessions: 2, watchesPerSession: 3 },
  });
  await using first = await syncClient(server.url);
  const second = await syncClient(server.url);
  const third = await syncClient(server.url, null);
  expect(await third.closed).toEqual({ code: 1012, reason: "server-busy" });
  for (const id of [1, 2, 3, 4, 5]) second.watch(id, "notes.count");
  await second.settled();
  const states = (): unknown[] =>
    [...second.shown].toSorted(([a], [b]) => a - b).map(([, { value, error }]) => error ?? value);
  // Those within the limit are as live as ever.
  expect(states()).toEqual([0, 0, 0, "too-many-queries", "too-many-queries"]);
  await server.post("/api/mutation/notes.add", { title: "a" });
  await second.settled();
  expect(states()).toEqual([1, 1, 1, "too-many-queries", "too-many-queries"]);
  second.send({ type: "unwatch", ids: [1, 4] });
  second.watch(6, "notes.count");
  await second.settled();
  expect(second.shown.get(6)?.value).toBe(1);
  first.watch(1, "notes.count");
  await first.settled();
  const metrics = (await server.fetch("/metrics")).text;
  expect(metrics).toContain("convoy_live_sessions 2");
  expect(metrics).toContain("convoy_live_queries 1");
});

test("all that a client's queries have for arguments has a limit as well", async () => {
  await using server = await startTestServer({ functions: liveFunctions });
  const title = "x".repeat(1_000_000);
  await using client = await syncClient(server.url);
  for (let id = 1; id <= 16; id += 1) client.watch(id, "notes.failsOn", { title: `${id}${title}` });
  client.send({ type: "unwatch", ids: [1] });
  client.watch(17, "notes.failsOn", { title });
  await client.settled();
  client.watch(18, "notes.failsOn", { title: `18${title}` });
  client.watch(19, "notes.failsOn", { title: "x" });
  await client.settled();
  expect(client.shown.get(18)?.error).toBe("too-many-queries");
  expect(client.shown.get(19)?.value).toBe("fine");
});

test("a client that does not read what it is refused is sent away", async () => {
  await using server = await startTestServer({
    functions: liveFunctions,
    limits: { watchesPerSession: 0 },
  });
  const client = await syncClient(server.url);
  client.webSocket.pause();
  for (let id = 0; id < 200_000; id += 2_000) {
    const queries = Array.from({ length: 2_000 }, (_, at) => id + at);
    client.send({
      type: "watch",
      queries: queries.map((each) => ({ id: each, name: "notes.count", args: {} })),
    });
  }
  await waitUntil("it is sent away", () => server.app.live.counts.sessions === 0);
  expect(client.shown.size).toBe(0);
  client.webSocket.terminate();
});

test("a query that has failed runs again for who asks again, and for all who watch it", async () => {
  let isBroken = true;
  const handler = (): string => {
    if (isBroken) throw new Error("not yet");
    return "mended";
  };
  const functions = { "notes.mended": builders.query({ handler }) };
  await using server = await startTestServer({ functions });
  await using first = await syncClient(server.url);
  await using second = await syncClient(server.url);
  for (const client of [first, second]) {
    client.watch(1, "notes.mended");
    await client.settled();
    expect(client.shown.get(1)?.error).toBe("internal-error");
  }
  isBroken = false;
  const query = { id: 2, name: "notes.mended", args: {} };
  first.send({ type: "unwatch", ids: [1] }, { type: "watch", queries: [query] });
  await first.until(({ shown }) => shown.get(2)?.value === "mended");
  await second.until(({ shown }) => shown.get(1)?.value === "mended");
  expect(second.shown.get(1)?.error).toBeUndefined();
});

test("other code runs every query again, and what is the same is not sent", async () => {
  await using server = await startTestServer({ functions: liveFunctions });
  await using client = await syncClient(server.url);
  client.watch(1, "notes.count");
  client.watch(2, "notes.nested");
  await client.settled();
  const others = { "notes.nested": liveFunctions["notes.countBySql"] ?? expect.fail() };
  server.backend.replace(notesProject({ ...liveFunctions, ...others }));
  await client.until(({ shown }) => shown.get(2)?.value === 0);
  expect(client.transitions.at(-1)?.changes.map(({ id }) => id)).toEqual([2]);
});

test("other code may send other statements on the connections that the code before it used", async () => {
  await using server = await startTestServer({ functions: liveFunctions });
  await using client = await syncClient(server.url);
  client.watch(1, "notes.count");
  await client.settled();
  expect((await server.post("/api/query/notes.count")).json).toEqual({ value: 0 });
  const others = { "notes.count": liveFunctions["notes.all"] ?? expect.fail() };
  server.backend.replace(notesProject({ ...liveFunctions, ...others }));
  expect((await server.post("/api/query/notes.count")).json).toEqual({ value: [] });
  await client.settled();
  expect(client.shown.get(1)).toMatchObject({ value: [] });
});

test("an upgrade to a path that is none ends that connection, and nothing else", async () => {
  await using server = await startTestServer({ functions: liveFunctions });
  for (const path of ["//", "/", "/api/syncs", "http://[", "/%"]) {
    const socket = await connect(server.url);
    const closed = once(socket, "close");
    socket.write(
      `GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n`,
    );
    await closed;
  }
  await using client = await syncClient(server.url);
  client.watch(1, "notes.count");
  await client.settled();
  expect(client.shown.get(1)?.value).toBe(0);
});

test("in an application that has other sockets, each has its own", async () => {
  await using database = await notesDatabase();
  const { log } = logLines();
  const project = notesProject(liveFunctions);
  const convoy = await convoyHandler({ project, databaseUrl: database.url, log });
  const app = express();
  app.use("/backend", convoy);
  const server: Server = createServer(app);
  server.on("upgrade", convoy.upgrade);
  const others: string[] = [];
  server.on("upgrade", (request, socket) => {
    if (request.url !== "/own") return;
    others.push(request.url);
    socket.destroy();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = await syncClient(`${url}/backend`);
  client.watch(1, "notes.count");
  await client.settled();
  expect(client.shown.get(1)?.value).toBe(0);
  const own = fetch(`${url}/own`, { headers: { connection: "upgrade", upgrade: "websocket" } });
  await expect(own).rejects.toThrow("fetch failed");
  await convoy.close();
  expect((await client.closed).code).toBe(1012);
  await new Promise((resolve) => server.close(resolve));
});

test("two projects on one server each have their own sockets", async () => {
  await using database = await notesDatabase();
  const open = async (path: string | undefined, value: string, lines = logLines()) => {
    const functions = { "notes.which": builders.query({ handler: () => value }) };
    const convoy = await convoyHandler({
      project: notesProject(functions),
      databaseUrl: database.url,
      log: lines.log,
      ...(path !== undefined && { path }),
    });
    return { convoy, lines };
  };
  const one = await open("/one", "one");
  const two = await open("/two/", "two");
  const any = await open(undefined, "any");
  const app = express();
  app.use("/one", one.convoy);
  app.use("/two", two.convoy);
  app.use("/any", any.convoy);
  const server: Server = createServer(app);
  for (const { convoy } of [one, one, two, any]) server.on("upgrade", convoy.upgrade);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  for (const name of ["one", "two", "any"]) {
    await using client = await syncClient(`${url}/${name}`);
    client.watch(1, "notes.which");
    await client.settled();
    expect(client.shown.get(1)?.value).toBe(name);
  }
  // It does not know that `/one` is another's, and says so where it finds out.
  expect(any.lines.text()).toContain("another listener has answered");
  for (const { convoy } of [one, two, any]) await convoy.close();
  await new Promise((resolve) => server.close(resolve));
});

test("a listener that answers whatever comes is in the way, and the process goes on", async () => {
  await using database = await notesDatabase();
  const lines = logLines();
  const convoy = await convoyHandler({
    project: notesProject(liveFunctions),
    databaseUrl: database.url,
    log: lines.log,
  });
  const server: Server = createServer(convoy);
  const greedy = new WebSocketServer({ server });
  greedy.on("connection", (webSocket) => webSocket.close(1000, "mine"));
  server.on("upgrade", convoy.upgrade);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  expect((await (await syncClient(url, null)).closed).reason).toBe("mine");
  expect(lines.text()).toContain("another listener has answered");
  await convoy.close();
  await new Promise((resolve) => server.close(resolve));
});

test("a path that none can be mounted at is refused", async () => {
  const project = notesProject();
  const opening = convoyHandler({ project, databaseUrl: "postgresql://x", path: "backend" });
  await expect(opening).rejects.toMatchObject({ code: "invalid-setting" });
});
