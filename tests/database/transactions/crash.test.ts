import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { runMutation } from "../../../runtime/database/transactions/mutation.js";
import type { MutationOptions } from "../../../runtime/database/transactions/mutation-options.js";
import type { PausePoint } from "../../../runtime/database/transactions/pause.js";
import type { WriteSession } from "../../../runtime/database/session/session.js";
import type { OwnDatabase } from "../../../runtime/postgres/embedded/template-database.js";
import { createPool, type Pool } from "../../../runtime/postgres/pool/pool.js";
import { waitUntil } from "../../postgres/embedded/wait-until.js";
import { type Proxy, startProxy } from "../../postgres/pool/proxy.js";
import { countedTiming, databaseWith, execute, jsonCodec, rows } from "./database.js";

let database: OwnDatabase;
let proxy: Proxy;
let pool: Pool;
const points: readonly PausePoint[] = ["begun", "before-ledger", "before-commit"];

beforeAll(async () => {
  database = await databaseWith("create table counters (value int not null)");
  proxy = await startProxy(database.url);
  pool = createPool({ url: proxy.url, applicationName: "victim", max: 4 });
});

beforeEach(async () => {
  await execute(
    database.url,
    "truncate counters, _convoy.mutations; insert into counters values (0)",
  );
});

afterAll(async () => {
  await pool[Symbol.asyncDispose]();
  await proxy[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

for (const point of points) {
  test(`a connection killed at "${point}" leaves nothing behind`, async () => {
    const run = runMutation(pool, increment, options({ pause: once(point, terminate) }));
    await expect(run).rejects.toMatchObject({ code: "database-connection-lost", retryable: true });
    expect(await counter()).toBe(0);
  });

  test(`a mutation with an id survives a connection killed at "${point}"`, async () => {
    const run = runMutation(pool, increment, options({ ...id, pause: once(point, terminate) }));
    expect(await run).toBe(1);
    expect(await counter()).toBe(1);
  });
}

test("a mutation with an id is applied once when its connection is killed while it commits", async () => {
  const run = runMutation(
    pool,
    increment,
    options({ ...id, pause: once("commit-sent", terminate) }),
  );
  expect(await run).toBe(1);
  expect(await counter()).toBe(1);
});

test("a lost answer to COMMIT is told as an unknown outcome", async () => {
  const run = runMutation(pool, increment, options({ pause: loseAnswerToCommit }));
  await expect(run).rejects.toMatchObject({ code: "mutation-outcome-unknown", retryable: false });
  expect(await counter()).toBe(1);
});

test("a lost answer to COMMIT does not apply a mutation with an id twice", async () => {
  const run = runMutation(
    pool,
    increment,
    options({ ...id, pause: firstTime(loseAnswerToCommit) }),
  );
  expect(await run).toBe(1);
  expect(await counter()).toBe(1);
});

test("a COMMIT that never arrives does not lose a mutation with an id", async () => {
  let held = Promise.resolve();
  const run = runMutation(
    pool,
    increment,
    options({
      ...id,
      pause: firstTime(async (point) => {
        if (point === "before-commit") held = proxy.holdRequests("commit");
        if (point !== "commit-sent") return;
        await held;
        proxy.cutServers();
      }),
    }),
  );
  expect(await run).toBe(1);
  expect(await counter()).toBe(1);
});

test("an attempt waits for the COMMIT of a lost one that is still on its way", async () => {
  let attempts = 0;
  let held = Promise.resolve();
  const run = runMutation(
    pool,
    async (session) => {
      // Without the lock, this would be told to the caller, and then the first would be applied.
      if (++attempts > 1) throw new Error("The second attempt sees nothing of the first.");
      return await increment(session);
    },
    options({
      ...id,
      pause: firstTime(async (point) => {
        if (point === "before-ledger") held = proxy.holdRequests("commit");
        if (point !== "commit-sent") return;
        await held;
        proxy.cutClients();
      }),
    }),
  );
  await until(
    `select count(*) from pg_locks where locktype = 'advisory' and not granted
      and database = (select oid from pg_database where datname = current_database())`,
    (count) => count === "1",
  );
  proxy.deliverRequests();
  expect(await run).toBe(1);
  expect(attempts).toBe(2);
  expect(await counter()).toBe(1);
});

test("a server that stays away is told after a bounded number of attempts", async () => {
  await using away = await startProxy(database.url, {
    onStartup: () => ({ answer: Buffer.alloc(0) }),
  });
  await using lost = createPool({ url: away.url });
  const timing = countedTiming();
  const run = runMutation(lost, increment, options({ ...id, timing }));
  await expect(run).rejects.toMatchObject({ code: "database-connection-lost" });
  expect(timing.delays).toHaveLength(4);
});

const id = { id: { clientId: "client", mutationId: "1" } } as const;

function options(more: Partial<MutationOptions<number>> = {}): MutationOptions<number> {
  return { codec: jsonCodec, timing: countedTiming(), ...more };
}

async function increment(session: WriteSession): Promise<number> {
  const [row] = await rows(session, "update counters set value = value + 1 returning value");
  return Number(row?.[0]);
}

async function counter(): Promise<number> {
  const [row] = await execute(database.url, "select value from counters");
  return (row as [number])[0];
}

async function terminate(): Promise<void> {
  await execute(
    database.url,
    "select pg_terminate_backend(pid, 60000) from pg_stat_activity where application_name = 'victim'",
  );
  // Until the news has arrived, a COMMIT could still be sent, and nobody could say what became of it.
  await waitUntil("the pool knows that its connections are gone", () => pool.size === 0);
}

async function loseAnswerToCommit(point: PausePoint): Promise<void> {
  if (point === "before-commit") proxy.loseReplies();
  if (point !== "commit-sent") return;
  await until("select value from counters", (value) => value === 1);
  proxy.cutClients();
}

/** Acts at one point of the first attempt. */
function once(point: PausePoint, act: () => Promise<void>): (reached: PausePoint) => Promise<void> {
  let acted = false;
  return async (reached) => {
    if (reached !== point || acted) return;
    acted = true;
    await act();
  };
}

/** Acts at every point, up to the sending of the first COMMIT. */
function firstTime(
  act: (point: PausePoint) => Promise<void>,
): (point: PausePoint) => Promise<void> {
  let over = false;
  return async (point) => {
    if (over) return;
    over = point === "commit-sent";
    await act(point);
  };
}

async function until(sql: string, holds: (value: unknown) => boolean): Promise<void> {
  for (;;) {
    const [row] = await execute(database.url, sql);
    if (holds((row as unknown[])[0])) return;
  }
}
