import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { ConvoyError } from "../../../protocol/errors.js";
import type { ReadSession } from "../../../runtime/database/session/session.js";
import { runQuery } from "../../../runtime/database/transactions/query.js";
import type { OwnDatabase } from "../../../runtime/postgres/embedded/template-database.js";
import { createPool, type Pool } from "../../../runtime/postgres/pool/pool.js";
import { countedTiming, databaseWith, execute, rows, statement } from "./database.js";

let database: OwnDatabase;
let pool: Pool;
const isolation = "select current_setting('transaction_isolation')";
const values = "select value from t order by value";

beforeAll(async () => {
  database = await databaseWith("create table t (value int primary key)");
});

beforeEach(async () => {
  await execute(database.url, "truncate t; insert into t values (1)");
  // A pool of its own: what one test's functions have taught it is nothing to the next.
  pool = createPool({ url: database.url, max: 3, applicationName: "query" });
  return async () => {
    await pool[Symbol.asyncDispose]();
  };
});

afterAll(async () => {
  await database[Symbol.asyncDispose]();
});

test("all statements of a query read one snapshot", async () => {
  const found = await runQuery(pool, async (session) => {
    const before = await rows(session, values);
    await execute(database.url, "insert into t values (2)");
    return [before, await rows(session, values)];
  });
  expect(found).toEqual([[["1"]], [["1"]]]);
});

test("rows come as Postgres writes them, and null as null", async () => {
  const found = await runQuery(pool, (session) =>
    session.run(
      statement("select 1.5::float8, null::text, true, $1::text, $2::text[], '{\"a\": 1}'::jsonb"),
      ["Ä😀", ["a", null, 'q"']],
    ),
  );
  expect(found).toEqual({
    rows: [["1.5", null, "t", "Ä😀", '{a,NULL,"q\\""}', '{"a": 1}']],
    count: 1,
  });
});

test("a function that ran one statement runs the next time without a transaction", async () => {
  const work = (session: ReadSession) => rows(session, isolation);
  expect(await runQuery(pool, work, { hint: "f" })).toEqual([["repeatable read"]]);
  expect(await runQuery(pool, work, { hint: "f" })).toEqual([["read committed"]]);
  expect(await runQuery(pool, work, { hint: "g" })).toEqual([["repeatable read"]]);
});

test("a function that turns out to run more statements starts again in one snapshot", async () => {
  let statements = 1;
  let runs = 0;
  const work = async (session: ReadSession): Promise<unknown> => {
    runs++;
    const found = [await rows(session, values)];
    for (let count = 1; count < statements; count++) {
      await execute(database.url, `insert into t values (${10 * runs + count})`);
      found.push(await rows(session, values));
    }
    return found;
  };
  await runQuery(pool, work, { hint: "f" });
  statements = 3;
  runs = 0;
  const [first, second, third] = (await runQuery(pool, work, { hint: "f" })) as unknown[];
  expect(runs).toBe(2);
  expect(second).toEqual(first);
  expect(third).toEqual(first);
  // It stays with what it has learned.
  runs = 0;
  statements = 1;
  await runQuery(pool, work, { hint: "f" });
  expect(await runQuery(pool, (session) => rows(session, isolation), { hint: "f" })).toEqual([
    ["repeatable read"],
  ]);
  expect(runs).toBe(1);
});

test("statements that are sent at once are one snapshot as well", async () => {
  await runQuery(pool, (session) => rows(session, values), { hint: "f" });
  const work = (session: ReadSession) =>
    Promise.all([rows(session, isolation), rows(session, isolation), rows(session, values)]);
  expect(await runQuery(pool, work, { hint: "f" })).toEqual([
    [["repeatable read"]],
    [["repeatable read"]],
    [["1"]],
  ]);
});

test("statements that are sent at once run in the order of the calls", async () => {
  const order: number[] = [];
  await runQuery(pool, (session) =>
    Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        await rows(session, `select ${index % 3}, $1::int`, String(index));
        order.push(index);
      }),
    ),
  );
  expect(order).toEqual(Array.from({ length: 20 }, (_, index) => index));
});

test("a query cannot write, with or without a transaction", async () => {
  const insert = (session: ReadSession) => rows(session, "insert into t values (3)");
  for (const attempt of [1, 2, 3]) {
    await expect(runQuery(pool, insert, { hint: "w" }), `${attempt}`).rejects.toMatchObject({
      code: "write-in-query",
    });
  }
  const raw = runQuery(pool, (session) =>
    session.runRaw("with w as (insert into t values (3) returning 1) select * from w", []),
  );
  await expect(raw).rejects.toMatchObject({ code: "write-in-query" });
  expect(await execute(database.url, "select * from t")).toEqual([[1]]);
});

test("what the handler throws comes out as it is", async () => {
  const error = new Error("mine");
  await expect(
    runQuery(pool, async (session) => {
      await rows(session, values);
      throw error;
    }),
  ).rejects.toBe(error);
});

test("a handler may catch the error of its own SQL and go on", async () => {
  const found = await runQuery(pool, async (session) => {
    const code = await session
      .runRaw("select 1 / 0", [])
      .catch((error: unknown) => (error as ConvoyError).code);
    return [code, await rows(session, values)];
  });
  expect(found).toEqual(["sql-error", [["1"]]]);
});

test("a session is of no use after its query", async () => {
  let kept: ReadSession | null = null;
  await runQuery(pool, async (session) => {
    kept = session;
  });
  await expect((kept as ReadSession | null)?.run(statement(values), [])).rejects.toMatchObject({
    code: "transaction-ended",
  });
});

test("the failure of a statement that nobody waited for fails the query", async () => {
  const run = runQuery(pool, (session) => {
    void session.run(statement("select * from nowhere"), []);
    return "fine";
  });
  await expect(run).rejects.toMatchObject({ code: "schema-out-of-step" });
});

test("a query survives the loss of its connection", async () => {
  const timing = countedTiming();
  let runs = 0;
  const found = await runQuery(
    pool,
    async (session) => {
      const before = await rows(session, values);
      if (++runs === 1)
        await execute(
          database.url,
          "select pg_terminate_backend(pid, 60000) from pg_stat_activity where application_name = 'query'",
        );
      return [before, await rows(session, values)];
    },
    { timing },
  );
  expect(found).toEqual([[["1"]], [["1"]]]);
  expect(runs).toBe(2);
  expect(timing.delays).toHaveLength(1);
});

test("a table that changes under a prepared statement is read as it is then", async () => {
  const work = (session: ReadSession) => rows(session, "select * from t order by value");
  for (const hint of ["a", "a"]) await runQuery(pool, work, { hint });
  await execute(database.url, "alter table t add column more int");
  const timing = countedTiming();
  expect(await runQuery(pool, work, { hint: "a", timing })).toEqual([["1", null]]);
  await execute(database.url, "alter table t drop column more");
});
