import { randomUUID } from "node:crypto";
import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { syncSchema } from "../../../runtime/postgres/apply/sync-schema.js";
import type { OwnDatabase } from "../../../runtime/postgres/embedded/template-database.js";
import { createPool, type Pool } from "../../../runtime/postgres/pool/pool.js";
import { CHANGES_CHANNEL } from "../../../runtime/postgres/schema/change-triggers.js";
import { holdLease } from "../../../runtime/realtime/changes/lease.js";
import { createWaker, type Waker } from "../../../runtime/realtime/changes/waker.js";
import { manifest, table, text } from "../../postgres/plan/manifests.js";
import { waitUntil } from "../../postgres/embedded/wait-until.js";
import { testDatabase } from "../../support/postgres.js";
import { manualClock, type ManualClock } from "./manual-clock.js";

let database: OwnDatabase;
let pool: Pool;
let client: Client;
/** What is said on the channel. */
const heard: string[] = [];

beforeAll(async () => {
  database = await testDatabase();
  await syncSchema({ url: database.url, manifest: manifest([table("notes", { title: text })]) });
  pool = createPool({ url: database.url, wakes: true });
  client = new Client({ connectionString: database.url });
  await client.connect();
  client.on("notification", ({ payload = "" }) => heard.push(payload));
  await client.query(`listen ${CHANGES_CHANNEL}`);
});

afterAll(async () => {
  await client.end();
  await pool[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

interface TestWaker extends AsyncDisposable {
  readonly waker: Waker;
  readonly serverId: string;
  readonly clock: ManualClock;
  wakes(): number;
  /** Waits until it has heard of a foreign writer, and so of all before. */
  settle(): Promise<void>;
}

async function openWaker(): Promise<TestWaker> {
  const serverId = randomUUID();
  const clock = manualClock();
  let wakes = 0;
  const waker = createWaker({ pool, serverId, clock, onWake: () => (wakes += 1) });
  await waitUntil("it listens", () => wakes === 1);
  return {
    waker,
    serverId,
    clock,
    wakes: () => wakes,
    async settle() {
      const before = wakes;
      await client.query(`insert into notes (doc) values ('{"title": "a"}')`);
      await waitUntil("it wakes", () => wakes > before);
    },
    [Symbol.asyncDispose]: () => waker[Symbol.asyncDispose](),
  };
}

/** Others have leases, so that there is somebody to tell. */
async function withOtherServers<Result>(work: () => Promise<Result>): Promise<Result> {
  await client.query(
    "insert into _convoy.leases (server_id, needed_from, renewed_at) values (gen_random_uuid(), pg_current_xact_id(), now())",
  );
  try {
    return await work();
  } finally {
    await client.query("delete from _convoy.leases");
  }
}

/** What was said until now. */
async function said(): Promise<readonly string[]> {
  const end = randomUUID();
  await client.query("select pg_notify($1, $2)", [CHANGES_CHANNEL, end]);
  await waitUntil("all is heard", () => heard.includes(end));
  return heard.splice(0).slice(0, -1);
}

test("a writer that Convoy does not know wakes it, a session of its pool does not", async () => {
  await using server = await openWaker();
  await said();
  await server.settle();
  await using connection = { client: await pool.connect(), [Symbol.asyncDispose]: async () => {} };
  await connection.client.command(
    `begin read write; insert into notes (doc) values ('{"title": "b"}'); commit`,
  );
  connection.client.release();
  expect(await said()).toEqual([""]);
});

test("others are told once of what was written within a few milliseconds", async () => {
  await withOtherServers(async () => {
    await using server = await openWaker();
    await using other = await openWaker();
    await said();
    for (let n = 0; n < 10; n += 1) server.waker.notifyOthers();
    expect(server.clock.waiting).toEqual([5]);
    server.clock.next();
    await waitUntil("the rest is told", () => server.clock.waiting.length === 1);
    server.clock.next();
    await waitUntil("it has told twice", () => heard.length === 2);
    await server.settle();
    expect(await said()).toEqual([server.serverId, server.serverId, ""]);
    expect(server.clock.waiting).toEqual([]);
    await other.settle();
    // Two notifications of the server and two of foreign writers, after the one at the start.
    expect(other.wakes()).toBeGreaterThanOrEqual(5);
  });
});

test("its own notifications do not wake it", async () => {
  await withOtherServers(async () => {
    await using server = await openWaker();
    await server.settle();
    expect(server.wakes()).toBe(2);
    server.waker.notifyOthers();
    await waitUntil("it has told", () => heard.includes(server.serverId));
    await server.settle();
    expect(server.wakes()).toBe(3);
  });
});

test("a server that is alone tells nobody, and looks for others once a second", async () => {
  await using server = await openWaker();
  await said();
  await server.settle();
  server.waker.notifyOthers();
  server.clock.next();
  await waitUntil("it takes itself to be alone", () => server.clock.waiting.length === 1);
  expect(server.clock.waiting).toEqual([1000]);
  await withOtherServers(async () => {
    server.waker.notifyOthers();
    server.clock.next();
    await waitUntil("it has told the one that came without a word", () => heard.length === 2);
    expect(await said()).toEqual(["", server.serverId]);
  });
});

test("a server that comes is told at once of what was written while the other was alone", async () => {
  await using server = await openWaker();
  await said();
  await server.settle();
  server.waker.notifyOthers();
  server.clock.next();
  await waitUntil("it takes itself to be alone", () => server.clock.waiting.includes(1000));
  server.waker.notifyOthers();
  const serverId = randomUUID();
  await using lease = holdLease({ pool, serverId, clock: manualClock(), needs: () => null });
  await lease.ready;
  await waitUntil("it has told the newcomer", () => heard.length === 3);
  // A lease that is renewed is no news.
  await lease.renew();
  expect(await said()).toEqual(["", serverId, server.serverId]);
});

test("a connection that is lost is had again after a moment, and wakes for what was missed", async () => {
  await using server = await openWaker();
  const kill = async (): Promise<void> => {
    await client.query(
      `select pg_terminate_backend(pid, 5000) from pg_stat_activity
       where datname = current_database() and query ~* '^(listen|select pg_notify)'
         and pid <> pg_backend_pid()`,
    );
    await waitUntil("it is lost", () => server.clock.waiting.length === 1);
  };
  await kill();
  expect(server.clock.waiting).toEqual([150]);
  server.waker.notifyOthers();
  server.clock.next();
  await waitUntil("it listens again", () => server.wakes() === 2);
  await server.settle();
  // What was to be told meanwhile has been, and found nobody.
  expect(server.clock.waiting).toEqual([5]);
  server.clock.next();
  await waitUntil("it takes itself to be alone", () => server.clock.waiting.includes(1000));
  server.clock.next();
  expect(server.clock.waiting).toEqual([]);
  await kill();
  expect(server.clock.waiting).toEqual([150]);
});

test("as long as there is no database, it is tried again later and later, without a word", async () => {
  const url = new URL(database.url);
  url.port = "1";
  await using nowhere = createPool({ url: url.href });
  const clock = manualClock();
  const options = { pool: nowhere, serverId: randomUUID(), clock, onWake: () => expect.fail() };
  await using waker = createWaker(options);
  const delays: number[] = [];
  while (delays.length < 8) {
    waker.notifyOthers();
    await waitUntil("it has failed", () => clock.waiting.length === 1);
    delays.push(...clock.waiting);
    clock.next();
  }
  expect(delays).toEqual([150, 300, 600, 1200, 2400, 4800, 7500, 7500]);
});
