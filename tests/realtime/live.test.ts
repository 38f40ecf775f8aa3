import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { OwnDatabase } from "../../runtime/postgres/embedded/template-database.js";
import { notesDatabase, startTestServer, type TestServer } from "../server/support/test-server.js";
import { liveFunctions } from "./support/live-notes.js";
import { type SyncClient, syncClient } from "./support/sync-client.js";

let database: OwnDatabase;
let server: TestServer;
let sql: Client;

beforeAll(async () => {
  database = await notesDatabase();
  server = await startTestServer({ databaseUrl: database.url, functions: liveFunctions });
  sql = new Client({ connectionString: database.url });
  await sql.connect();
});

afterAll(async () => {
  await sql.end();
  await server[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

/** Adds a note as a client does. @returns its id. */
async function add(title: string, headers: Record<string, string> = {}): Promise<string> {
  const { json } = await server.post("/api/mutation/notes.add", { title }, headers);
  return json.value as string;
}

const runs = (): number => server.app.live.counts.runs;

/** All that was written is shown, and no query runs any more. @returns how often queries ran since. */
async function runsOf(client: SyncClient, write: () => Promise<unknown>): Promise<number> {
  await client.settled();
  const before = runs();
  await write();
  await client.settled();
  return runs() - before;
}

test("what anybody writes is shown, without having been asked for", async () => {
  await using client = await syncClient(server.url);
  client.watch(1, "notes.between", { from: "a1", to: "a9" });
  await client.until(({ shown }) => shown.get(1)?.value !== undefined);
  expect(client.shown.get(1)?.value).toEqual([]);
  const id = await add("a2");
  await client.until(({ shown }) => JSON.stringify(shown.get(1)).includes("a2"));
  // Another program, which knows nothing of Convoy.
  await sql.query(`update notes set doc = '{"title":"a3"}' where id = $1`, [id]);
  await client.until(({ shown }) => JSON.stringify(shown.get(1)).includes("a3"));
  await sql.query("delete from notes where id = $1", [id]);
  await client.until(({ shown }) => JSON.stringify(shown.get(1)?.value) === "[]");
});

test("a write outside of what a query has read does not run it", async () => {
  await using client = await syncClient(server.url);
  const id = await add("b5");
  client.watch(1, "notes.between", { from: "b1", to: "b9" });
  client.watch(2, "notes.get", { id });
  client.watch(3, "notes.failsOn", { title: "b7" });
  expect(await runsOf(client, () => add("c1"))).toBe(0);
  expect(await runsOf(client, () => add("b9"))).toBe(0);
  // In the range, and neither the document nor the title of the others.
  expect(await runsOf(client, () => add("b6"))).toBe(1);
  expect(
    await runsOf(client, () => server.post("/api/mutation/notes.rename", { id, title: "b51" })),
  ).toBe(2);
  // Out of the range: it was in it before.
  expect(
    await runsOf(client, () => server.post("/api/mutation/notes.rename", { id, title: "d1" })),
  ).toBe(2);
  expect(
    await runsOf(client, () => server.post("/api/mutation/notes.rename", { id, title: "d2" })),
  ).toBe(1);
  // Nothing is different afterwards.
  expect(await runsOf(client, () => sql.query("update notes set doc = doc"))).toBe(0);
});

test("a limit narrows what was read to what came of it", async () => {
  await using client = await syncClient(server.url);
  await sql.query("delete from notes");
  for (const title of ["e1", "e3", "e5", "e7"]) await add(title);
  client.watch(1, "notes.firstTitles", { n: 2 });
  expect(await runsOf(client, () => add("e4"))).toBe(0);
  expect(await runsOf(client, () => add("e2"))).toBe(1);
  expect(client.shown.get(1)?.value).toEqual(["e1", "e2"]);
});

test("a thousand who watch the same cost one run", async () => {
  await using client = await syncClient(server.url);
  const before = runs();
  for (let id = 1; id <= 1000; id += 1) {
    client.watch(id, "notes.between", { from: "f1", to: "f9" });
  }
  await client.settled();
  expect(runs() - before).toBe(1);
  expect(client.shown.size).toBe(1000);
  expect(await runsOf(client, () => add("f2"))).toBe(1);
  for (const { value } of client.shown.values()) expect(value).toHaveLength(1);
});

test("functions inside functions, and SQL, are watched with what they read", async () => {
  await using client = await syncClient(server.url);
  await sql.query("delete from notes");
  client.watch(1, "notes.nested");
  client.watch(2, "notes.countBySql");
  await client.settled();
  expect(client.shown.get(1)?.value).toEqual([[], 0]);
  await sql.query(`insert into notes (doc) values ('{"title":"g1"}'), ('{"title":"g2"}')`);
  await client.settled();
  expect(client.shown.get(1)?.value).toEqual([["g1"], 2]);
  expect(client.shown.get(2)?.value).toBe(2);
  await sql.query("truncate notes");
  await client.settled();
  expect(client.shown.get(1)?.value).toEqual([[], 0]);
  expect(client.shown.get(2)?.value).toBe(0);
});

test("a transition has all that a transaction did", async () => {
  await using client = await syncClient(server.url);
  await sql.query("truncate notes");
  client.watch(1, "notes.count");
  client.watch(2, "notes.firstTitles", { n: 100 });
  await client.settled();
  for (let at = 0; at < 20; at += 1) {
    await sql.query(`insert into notes (doc) values ('{"title":"h${at}"}')`);
  }
  await client.settled();
  for (const shown of client.history.slice(1)) {
    expect(shown.get(2)?.value).toHaveLength(shown.get(1)?.value as number);
  }
  expect(client.shown.get(1)?.value).toBe(20);
});

test("a query that throws is an error without its secret, until what it read changes", async () => {
  await using client = await syncClient(server.url);
  client.watch(1, "notes.failsOn", { title: "i1" });
  client.watch(2, "notes.unknown");
  client.watch(3, "notes.failsOn", { title: 1 });
  client.watch(4, "notes.wipe");
  client.watch(5, "notes.add", { title: "i2" });
  await client.settled();
  expect(client.shown.get(1)?.value).toBe("fine");
  expect(client.shown.get(2)?.error).toBe("function-not-found");
  expect(client.shown.get(3)?.error).toBe("invalid-arguments");
  expect(client.shown.get(4)?.error).toBe("function-not-found");
  expect(client.shown.get(5)?.error).toBe("wrong-function-kind");
  const id = await add("i1");
  await client.settled();
  expect(client.shown.get(1)?.error).toBe("internal-error");
  expect(JSON.stringify(client.transitions)).not.toContain("secret");
  await sql.query("delete from notes where id = $1", [id]);
  await client.settled();
  expect(client.shown.get(1)?.value).toBe("fine");
});

test("a statement that fails takes no other query along", async () => {
  await using client = await syncClient(server.url);
  client.watch(1, "notes.badSql", { broken: true });
  client.watch(2, "notes.badSql", { broken: false });
  client.watch(3, "notes.count");
  await client.settled();
  expect(client.shown.get(1)?.error).toBe("sql-error");
  expect(client.shown.get(2)?.value).toBe(client.shown.get(3)?.value);
  await add("j1");
  await client.settled();
  expect(client.shown.get(1)?.error).toBe("sql-error");
  expect(client.shown.get(2)?.value).toBe(client.shown.get(3)?.value);
});

test("a statement that begins to fail where it went well before takes nobody along either", async () => {
  await using client = await syncClient(server.url);
  await add("j2");
  client.watch(1, "notes.shareBySql");
  client.watch(2, "notes.count");
  await client.settled();
  expect(client.shown.get(1)?.value).toBeTypeOf("number");
  await sql.query("delete from notes");
  await client.settled();
  expect(client.shown.get(1)?.error).toBe("sql-error");
  expect(client.shown.get(2)?.value).toBe(0);
  await add("j3");
  await client.settled();
  expect(client.shown.get(1)?.value).toBe(1000);
});

test("a client that has the result already is not sent it again", async () => {
  await using first = await syncClient(server.url);
  first.watch(1, "notes.all");
  await first.settled();
  const { hash } = first.shown.get(1) ?? expect.fail();
  await using second = await syncClient(server.url);
  second.watch(1, "notes.all", {}, hash);
  await second.settled();
  expect(second.shown.get(1)).toEqual({ hash });
  second.watch(2, "notes.all", {}, "of something else");
  await second.settled();
  expect(second.shown.get(2)?.value).toEqual(first.shown.get(1)?.value);
});

test("of a long list, what is new is sent", async () => {
  await using client = await syncClient(server.url);
  await sql.query("truncate notes");
  await sql.query(
    `insert into notes (doc) select jsonb_build_object('title', 'k' || n) from generate_series(1, 200) n`,
  );
  client.watch(1, "notes.all");
  await client.settled();
  await add("l1");
  await client.settled();
  expect(client.shown.get(1)?.value).toHaveLength(201);
  const sent = client.transitions.at(-1) ?? expect.fail();
  expect(JSON.stringify(sent).length).toBeLessThan(300);
});

test("a client is told when its own mutations are in what it shows", async () => {
  await using client = await syncClient(server.url, "client-m");
  client.watch(1, "notes.between", { from: "m1", to: "m9" });
  await client.settled();
  const headers = { "convoy-client-id": "client-m", "convoy-mutation-id": "2000000" };
  await add("m2", headers);
  await client.until(({ mutation }) => mutation === 2_000_000);
  expect(client.shown.get(1)?.value).toHaveLength(1);
});

test("clients that break the protocol are told so, and nobody else is concerned", async () => {
  await using other = await syncClient(server.url);
  other.watch(1, "notes.count");
  await other.settled();
  const wrong: readonly (string | Buffer)[] = [
    "{",
    "{}",
    "[1]",
    `[{"type":"connect","clientId":"two of them"}]`,
    `[{"type":"watch","queries":[{"id":-1,"name":"notes.all","args":{}}]}]`,
    `[{"type":"watch","queries":[{"id":1,"name":"notes.all","args":[]}]}]`,
    `[{"type":"watch","queries":[{"id":1,"name":"notes.all","args":{"a":${"[".repeat(10_000)}${"]".repeat(10_000)}}}]}]`,
    Buffer.from("[]"),
  ];
  for (const text of wrong) {
    const client = await syncClient(server.url);
    client.webSocket.send(text);
    expect([text, (await client.closed).code]).toEqual([text, 1008]);
    expect(client.refusal).not.toBeNull();
  }
  const silent = await syncClient(server.url, null);
  silent.watch(1, "notes.all");
  expect((await silent.closed).code).toBe(1008);
  const large = await syncClient(server.url);
  large.webSocket.send("x".repeat(2 * 1024 * 1024));
  expect((await large.closed).code).toBe(1009);
  await other.settled();
});

test("a page of another origin gets no socket", async () => {
  const client = await syncClient(server.url, null, { origin: "https://other.example" });
  expect((await client.closed).code).toBe(1006);
  await using own = await syncClient(server.url, "own", { origin: server.url });
  own.watch(1, "notes.count");
  await own.settled();
});
