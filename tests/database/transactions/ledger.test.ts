import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { WriteSession } from "../../../runtime/database/session/session.js";
import { trimLedger } from "../../../runtime/database/transactions/trim-ledger.js";
import { runMutation } from "../../../runtime/database/transactions/mutation.js";
import { createPool, type Pool } from "../../../runtime/postgres/pool/pool.js";
import { execute, rows } from "./database.js";
import { codeOf, id, insert, options, stored, openUsers, type UsersDatabase } from "./users.js";

let database: UsersDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await openUsers();
  ({ pool } = database);
});
beforeEach(() => database.empty());
afterAll(() => database[Symbol.asyncDispose]());

test("a mutation that is sent again gets the stored result, and is not applied again", async () => {
  let runs = 0;
  const work = async (session: WriteSession): Promise<unknown> => {
    await rows(session, "update counters set value = value + 1");
    return { run: ++runs };
  };
  expect(await runMutation(pool, work, { ...options, id })).toEqual({ run: 1 });
  expect(await runMutation(pool, work, { ...options, id })).toEqual({ run: 1 });
  expect(await runMutation(pool, work, { ...options, id: { ...id, mutationId: "2" } })).toEqual({
    run: 3,
  });
  expect(await execute(database.url, "select value from counters")).toEqual([[2]]);
});

test("a mutation that is sent again may trip over its own first effects", async () => {
  const work = async (session: WriteSession): Promise<string> => {
    await insert(session, "ada");
    return "inserted";
  };
  expect(await runMutation(pool, work, { ...options, id })).toBe("inserted");
  expect(await runMutation(pool, work, { ...options, id })).toBe("inserted");
  expect(await stored(pool)).toEqual(["ada"]);
});

test("a mutation that failed may be sent again with its id", async () => {
  const work = (session: WriteSession) => insert(session, "ada").then(() => "inserted");
  await execute(database.url, "insert into users values ('ada')");
  expect(await codeOf(runMutation(pool, work, { ...options, id }))).toBe("unique-violation");
  await execute(database.url, "delete from users");
  expect(await runMutation(pool, work, { ...options, id })).toBe("inserted");
});

test("a mutation that is sent many times at once is applied once", async () => {
  let runs = 0;
  const work = async (session: WriteSession): Promise<number> => {
    const run = ++runs;
    await rows(session, "update counters set value = value + 1");
    return run;
  };
  const results = await Promise.all(
    Array.from({ length: 8 }, () => runMutation(pool, work, { ...options, id })),
  );
  expect(new Set(results).size).toBe(1);
  expect(await execute(database.url, "select value from counters")).toEqual([[1]]);
});

test("a mutation whose earlier attempt does not end is told to wait", async () => {
  await using impatient = createPool({ url: database.url, statementTimeoutMs: 20 });
  let release = (): void => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  let held = (): void => {};
  const holds = new Promise<void>((resolve) => {
    held = resolve;
  });
  const first = runMutation(
    pool,
    async (session) => {
      await insert(session, "ada");
      held();
      await released;
      return "first";
    },
    { ...options, id },
  );
  await holds;
  const fails = (): never => {
    throw new Error("It must not be told.");
  };
  const second = runMutation(impatient, fails, { ...options, id });
  await expect(second).rejects.toMatchObject({ code: "mutation-in-progress", retryable: true });
  release();
  expect(await first).toBe("first");
  expect(await runMutation(impatient, fails, { ...options, id })).toBe("first");
});

test("a mutation that cannot begin says why, and may be sent again for its result", async () => {
  await using other = await openUsers();
  await execute(other.url, "alter function pg_advisory_xact_lock(int8) rename to gone");
  const run = (): Promise<unknown> =>
    runMutation(other.pool, (session) => insert(session, "ada"), { ...options, id });
  await expect(run()).rejects.toMatchObject({ code: "schema-out-of-step", retryable: true });
  await execute(other.url, "alter function gone(int8) rename to pg_advisory_xact_lock");
  await run();
  expect(await stored(other.pool)).toEqual(["ada"]);
});

test("ids of mutations are plain and short", async () => {
  for (const clientId of ["", "a b", "a\0", "ä", "x".repeat(129)])
    expect(await codeOf(runMutation(pool, () => 1, { ...options, id: { ...id, clientId } }))).toBe(
      "invalid-mutation-id",
    );
});

test("the ledger forgets what is old", async () => {
  for (const mutationId of ["1", "2", "3"])
    await runMutation(pool, () => 1, { ...options, id: { ...id, mutationId } });
  await execute(
    database.url,
    "update _convoy.mutations set created_at = now() - interval '1 hour' where mutation_id <> '3'",
  );
  expect(await trimLedger(pool, 60_000)).toBe(2);
  expect(await trimLedger(pool, 60_000)).toBe(0);
  expect(await execute(database.url, "select mutation_id from _convoy.mutations")).toEqual([["3"]]);
});
