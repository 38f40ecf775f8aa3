import { randomUUID } from "node:crypto";
import type { Client } from "pg";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { runMutation } from "../../../runtime/database/transactions/mutation.js";
import { LEDGER_RETENTION_MS } from "../../../runtime/database/transactions/trim-ledger.js";
import type { Pool } from "../../../runtime/postgres/pool/pool.js";
import { keepLedgerShort } from "../../../runtime/realtime/changes/ledger-trimmer.js";
import { LiveServer } from "../../../runtime/realtime/live-server.js";
import { holdLease } from "../../../runtime/realtime/changes/lease.js";
import { usualLimits } from "../../../runtime/server/limits.js";
import { jsonCodec } from "../../database/transactions/database.js";
import { manifest, table, text } from "../../postgres/plan/manifests.js";
import { waitUntil } from "../../postgres/embedded/wait-until.js";
import { manualClock, type ManualClock } from "./manual-clock.js";
import { type OpenDatabase, openDatabase } from "./open-database.js";

let database: OpenDatabase;
let pool: Pool;
let client: Client;

beforeAll(async () => {
  database = await openDatabase(manifest([table("notes", { title: text })]));
  ({ pool, client } = database);
});

afterAll(() => database[Symbol.asyncDispose]());

beforeEach(async () => {
  await client.query("truncate _convoy.leases, _convoy.mutations");
});

interface TestTrimmer extends AsyncDisposable {
  readonly clock: ManualClock;
  readonly errors: readonly unknown[];
  /** Lets it trim, with all its pauses. */
  trim(): Promise<void>;
}

async function openTrimmer(serverId: string): Promise<TestTrimmer> {
  const clock = manualClock();
  const errors: unknown[] = [];
  const lease = holdLease({ pool, serverId, clock: manualClock(), needs: () => null });
  await lease.ready;
  const onError = (error: unknown): void => void errors.push(error);
  const trimmer = keepLedgerShort({ pool, serverId, clock, onError });
  return {
    clock,
    errors,
    async trim() {
      clock.next();
      for (;;) {
        await waitUntil("it pauses, or is done", () => clock.waiting.length > 0);
        if ((clock.waiting[0] ?? 0) >= 60_000) return;
        clock.next();
      }
    },
    async [Symbol.asyncDispose]() {
      await trimmer[Symbol.asyncDispose]();
      await lease[Symbol.asyncDispose]();
    },
  };
}

/** Rows of so many mutations, each so many milliseconds older than is kept; below 0, younger. */
async function addRows(clientId: string, rows: number, olderMs: number): Promise<void> {
  await client.query(
    `insert into _convoy.mutations
     select $1, n, repeat('x', 100), now() - make_interval(secs => $2::float8 / 1000)
     from generate_series(1, $3::int) n`,
    [clientId, LEDGER_RETENTION_MS + olderMs, rows],
  );
}

async function kept(): Promise<Record<string, number>> {
  const { rows } = await client.query<{ client_id: string; count: number }>(
    "select client_id, count(*)::int as count from _convoy.mutations group by 1",
  );
  return Object.fromEntries(rows.map((row) => [row.client_id, row.count]));
}

test("a server has the ledger forget what is old, wherever it lies, and no mutation waits", async () => {
  await using server = await openTrimmer(randomUUID());
  await addRows("recent", 10_000, -60_000);
  await addRows("old", 10_000, 60_000);
  await addRows("new", 10_000, -LEDGER_RETENTION_MS);
  let trimmed = 0;
  const id = { clientId: "running", mutationId: "1" };
  const work = async (): Promise<number> => {
    await server.trim();
    trimmed = 30_000 - Object.values(await kept()).reduce((sum, count) => sum + count, 0);
    return trimmed;
  };
  expect(await runMutation(pool, work, { id, codec: jsonCodec })).toBe(10_000);
  expect(await runMutation(pool, work, { id, codec: jsonCodec })).toBe(10_000);
  expect(await kept()).toEqual({ recent: 10_000, new: 10_000, running: 1 });
  // Dead rows give their places to others.
  await client.query("vacuum _convoy.mutations");
  await addRows("old", 5_000, 1);
  await server.trim();
  expect(await kept()).toEqual({ recent: 10_000, new: 10_000, running: 1 });
  expect(server.errors).toEqual([]);
});

test("a server does so from its first mutation on, as long as it runs", async () => {
  const clock = manualClock();
  const live = new LiveServer({
    pool,
    clock,
    program: () => expect.fail(),
    limits: usualLimits,
    failed: () => expect.fail(),
    onError: () => {},
    onTrimError: () => {},
  });
  const waits = (): boolean => clock.waiting.some((ms) => ms >= 5 * 60_000);
  expect(waits()).toBe(false);
  live.mutated({ clientId: "a", mutationId: "1" });
  expect(waits()).toBe(true);
  await live[Symbol.asyncDispose]();
  expect(waits()).toBe(false);
});

test("of several servers, one does it", async () => {
  await using second = await openTrimmer("22222222-0000-4000-8000-000000000000");
  await using first = await openTrimmer("11111111-0000-4000-8000-000000000000");
  await addRows("old", 10, 60_000);
  await second.trim();
  expect(await kept()).toEqual({ old: 10 });
  await first.trim();
  expect(await kept()).toEqual({});
});

test("what fails is told, and tried again soon", async () => {
  await using server = await openTrimmer(randomUUID());
  await addRows("old", 10, 60_000);
  await client.query("alter table _convoy.mutations rename to elsewhere");
  await server.trim();
  await client.query("alter table _convoy.elsewhere rename to mutations");
  expect(server.errors).toHaveLength(1);
  expect(server.clock.waiting[0]).toBeLessThan(15 * 60_000);
  await server.trim();
  expect(await kept()).toEqual({});
  expect(server.clock.waiting[0]).toBeGreaterThan(60 * 60_000);
});

test("a server that stops does not end what it has begun", async () => {
  const server = await openTrimmer(randomUUID());
  await addRows("old", 20_000, 60_000);
  server.clock.next();
  await waitUntil("it pauses", () => server.clock.waiting.length > 0);
  await server[Symbol.asyncDispose]();
  const { old = 0 } = await kept();
  expect(old).toBeGreaterThan(0);
  expect(old).toBeLessThan(20_000);
});
