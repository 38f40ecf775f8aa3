import { createServer, type RequestListener } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import express from "express";
import { expect, expectTypeOf, test } from "vitest";
import { type ConvoyHandler, ConvoyError, convoyHandler } from "convoy/server";
import { logLines } from "./support/log-lines.js";
import { notesProject } from "./support/notes-project.js";
import { notesDatabase } from "./support/test-server.js";

/** Serves for as long as the scope. */
async function serving(listener: RequestListener): Promise<{ url: string } & AsyncDisposable> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const asJson = { method: "POST", headers: { "content-type": "application/json" } };

test("in an application of Express it answers its own paths, and lets others through", async () => {
  await using database = await notesDatabase();
  const logs = logLines();
  const project = notesProject();
  const convoy = await convoyHandler({ project, databaseUrl: database.url, log: logs.log });
  const app = express();
  app.use("/backend", convoy);
  // What another part of the application has read already.
  app.use("/read", express.json(), convoy);
  app.use("/raw", express.raw({ type: "*/*" }), convoy);
  app.use(convoy);
  app.get("/api/own", (_request, response) => void response.send("own"));
  app.post("/api/own", (_request, response) => void response.send("own too"));
  {
    await using server = await serving(app as RequestListener);
    const add = (path: string, title: string): Promise<Response> =>
      fetch(`${server.url}${path}`, { ...asJson, body: JSON.stringify({ title }) });
    for (const path of ["/backend", "/read", "/raw", ""]) {
      const added = await add(`${path}/api/mutation/notes.add`, `by ${path}`);
      expect([path, added.status]).toEqual([path, 200]);
    }
    const count = await fetch(`${server.url}/read/api/query/notes.count`, { method: "POST" });
    expect(await count.json()).toEqual({ value: 4 });
    expect(count.headers.get("x-powered-by")).toBe("Express");
    expect((await fetch(`${server.url}/backend/readyz`)).status).toBe(200);
    const own = await fetch(`${server.url}/api/own`, {
      headers: { origin: "https://other.example" },
    });
    expect(await own.text()).toBe("own");
    expect(await (await fetch(`${server.url}/api/own`, { method: "POST" })).text()).toBe("own too");
    expect((await fetch(`${server.url}/backend/nothing`)).status).toBe(404);
    const foreign = await fetch(`${server.url}/backend/api/query/notes.count`, {
      method: "POST",
      headers: { origin: "https://other.example" },
    });
    expect(foreign.status).toBe(403);
    await convoy.close();
    const closed = await add("/api/mutation/notes.add", "late");
    expect(await closed.json()).toMatchObject({ code: "server-shutting-down", retryable: true });
  }
});

test("where the application has a policy for origins, that one counts", async () => {
  await using database = await notesDatabase();
  const { log } = logLines();
  const convoy = await convoyHandler({ project: notesProject(), databaseUrl: database.url, log });
  const app = express();
  app.use((_request, response, next) => {
    response.setHeader("access-control-allow-origin", "*");
    next();
  });
  app.use(convoy);
  await using server = await serving(app as RequestListener);
  const answer = await fetch(`${server.url}/api/query/notes.count`, {
    method: "POST",
    headers: { origin: "https://other.example" },
  });
  expect(answer.status).toBe(200);
  await convoy.close();
});

test("alone in a server of Node it answers what it does not know as well", async () => {
  await using database = await notesDatabase();
  const { log } = logLines();
  const convoy = await convoyHandler({ project: notesProject(), databaseUrl: database.url, log });
  await using server = await serving(convoy);
  const count = await fetch(`${server.url}/api/query/notes.count`, { method: "POST" });
  expect(await count.json()).toEqual({ value: 0 });
  const missing = await fetch(`${server.url}/nothing`);
  expect(missing.status).toBe(404);
  expect(await missing.json()).toMatchObject({ code: "not-found" });
  await convoy.close();
});

test.each(["https://app.example.com/", "https://App.example.com", "app.example.com"])(
  "%s, which no browser says of a page, is refused as an origin",
  async (origin) => {
    const allowedOrigins = ["capacitor://localhost", "http://localhost:*", origin];
    const project = notesProject();
    await expect(
      convoyHandler({ project, databaseUrl: "postgresql://x/y", allowedOrigins }),
    ).rejects.toMatchObject({ code: "invalid-setting", message: expect.stringContaining(origin) });
  },
);

test("it says what it lacks", async () => {
  const project = notesProject();
  await expect(convoyHandler({ project, databaseUrl: "" })).rejects.toMatchObject({
    code: "database-url-missing",
  });
  const folder = convoyHandler({ project: import.meta.dirname, databaseUrl: "postgresql://x/y" });
  await expect(folder).rejects.toMatchObject({ code: "manifest-unreadable" });
  expect(new ConvoyError("a", "b")).toBeInstanceOf(Error);
  expectTypeOf<ConvoyHandler>().toExtend<RequestListener>();
});
