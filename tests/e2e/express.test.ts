/** The client against a real server: Convoy inside somebody's Express application. */
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import express, { type ErrorRequestHandler } from "express";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { createConvoyClient, type FunctionReference, type Id } from "convoy/client";
import { ConvoyError, type ConvoyHandler, convoyHandler } from "convoy/server";
import type { OwnDatabase } from "../../runtime/postgres/embedded/template-database.js";
import { waitUntil } from "../postgres/embedded/wait-until.js";
import { logLines } from "../server/support/log-lines.js";
import { builders, notesProject } from "../server/support/notes-project.js";
import { notesDatabase } from "../server/support/test-server.js";

interface Value {
  readonly at: Date;
  readonly big: bigint;
  readonly bytes: Uint8Array;
  readonly none: null;
}

/** What `convoy codegen` prints for these functions. */
interface Api {
  notes: {
    add: FunctionReference<"mutation", "public", { title: string }, Id<"notes">>;
    count: FunctionReference<"query", "public", {}, number>;
    titles: FunctionReference<"query", "public", {}, string[]>;
    takeSeat: FunctionReference<"mutation", "public", { seat: number }, null>;
    fail: FunctionReference<"query", "public", {}, null>;
    length: FunctionReference<"query", "public", { title: string }, number>;
  };
  "admin/notes": {
    echo: FunctionReference<"action", "public", { value: Value }, Value>;
  };
}

const { query, mutation } = builders;
const project = notesProject({
  "notes.titles": query({
    handler: async (ctx) =>
      (await ctx.db.query("notes").withIndex("by_title").collect()).map(({ title }) => title),
  }),
  "notes.takeSeat": mutation({
    args: { seat: z.number() },
    handler: async (ctx, { seat }) => {
      await ctx.db.insert("notes", { title: `seat ${seat}` });
      throw new ConvoyError("seat-taken", `Seat ${seat} is taken.`, {
        status: 409,
        data: { free: [13n] },
      });
    },
  }),
  "notes.length": query({
    args: { title: z.string() },
    handler: (_ctx, { title }) => title.length,
  }),
  "notes.fail": query({
    handler: () => {
      throw new Error("the password is hunter2");
    },
  }),
});

const ignore = (): void => {};

let database: OwnDatabase;
let convoy: ConvoyHandler;
let url: string;
/** Requests that the application itself has refused. */
let refused = 0;
const countRefused: ErrorRequestHandler = (error: unknown, _request, _response, next) => {
  refused += 1;
  next(error);
};
const server = createServer();
beforeAll(async () => {
  database = await notesDatabase();
  convoy = await convoyHandler({ project, databaseUrl: database.url, log: logLines().log });
  const app = express();
  app.get("/", (_request, response) => void response.send("a page"));
  app.use("/backend", convoy);
  app.use("/parsed", express.json(), convoy);
  app.use("/small", express.json({ type: () => true }), countRefused, convoy);
  server.on("request", app as RequestListener);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/backend`;
});
afterAll(async () => {
  await convoy.close();
  server.closeAllConnections();
  server.close();
  await database[Symbol.asyncDispose]();
});

test("calls are answered with values of all kinds, and the page beside them too", async () => {
  const client = createConvoyClient<Api>({ url });
  const { notes, "admin/notes": admin } = client.api;
  const before = await client.query(notes.count);
  expect(await client.mutation(notes.add, { title: "first" })).toMatch(/^[0-9a-f-]{36}$/);
  expect(await client.query(notes.count)).toBe(before + 1);
  const value = { at: new Date(0), big: 2n ** 70n, bytes: new Uint8Array([0, 255]), none: null };
  expect(await client.action(admin.echo, { value })).toEqual(value);
  expect(await (await fetch(new URL("/", url))).text()).toBe("a page");
});

test("an error is what the handler threw, its data too, and what it wrote is undone", async () => {
  const client = createConvoyClient<Api>({ url });
  const { notes } = client.api;
  const error: unknown = await client
    .mutation(notes.takeSeat, { seat: 12 })
    .catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ConvoyError);
  expect(error).toMatchObject({
    code: "seat-taken",
    status: 409,
    message: "Seat 12 is taken.",
    data: { free: [13n] },
  });
  expect(await client.query(notes.titles)).not.toContain("seat 12");
  const failure: unknown = await client.query(notes.fail).catch((reason: unknown) => reason);
  expect(failure).toMatchObject({ code: "internal-error", status: 500 });
  expect(String(failure)).not.toContain("hunter2");
  await expect(client.mutation(notes.add, { title: 1 as never })).rejects.toMatchObject({
    code: "invalid-arguments",
  });
});

test("a subscription shows what its own client has written", async () => {
  const client = createConvoyClient<Api>({ url });
  const { notes } = client.api;
  let latest: readonly string[] | null = null;
  const stop = client.subscribe(notes.titles, {}, (titles) => {
    latest = titles;
  });
  await waitUntil("the first result", () => latest !== null);
  await client.mutation(notes.add, { title: "seen" });
  expect(latest).toContain("seen");
  stop();
});

/** More than `express.json()` takes. */
const long = "x".repeat(150_000);

test("a stream says what it has to behind a parser of JSON, whatever its limit", async () => {
  await using client = createConvoyClient<Api>({ url: url.replace("backend", "parsed") });
  const { notes } = client.api;
  const results: unknown[] = [];
  client.subscribe(notes.length, { title: long }, (length) => results.push(length), ignore);
  await waitUntil("the result", () => results.length > 0);
  expect(results).toEqual([150_000]);
  await expect(client.query(notes.length, { title: long })).rejects.toMatchObject({ status: 413 });
});

test("a subscription that the application before Convoy refuses is told so at once", async () => {
  await using client = createConvoyClient<Api>({ url: url.replace("backend", "small") });
  const { notes } = client.api;
  const errors: ConvoyError[] = [];
  client.subscribe(notes.length, { title: long }, ignore, (error) => errors.push(error));
  await waitUntil("it is told", () => errors.length > 0);
  expect(errors).toMatchObject([{ code: "bad-response", status: 413, retryable: false }]);
  expect(errors[0]?.message).toContain("413");
  expect(refused).toBe(1);
});
