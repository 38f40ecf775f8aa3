import { afterAll, beforeAll, expect, test } from "vitest";
import type { ConvoyError } from "../../../protocol/errors.js";
import { guardRawSql } from "../../../runtime/database/session/raw-guard.js";
import type { ReadSession } from "../../../runtime/database/session/session.js";
import { runMutation } from "../../../runtime/database/transactions/mutation.js";
import { runQuery } from "../../../runtime/database/transactions/query.js";
import type { OwnDatabase } from "../../../runtime/postgres/embedded/template-database.js";
import { createPool, type Pool } from "../../../runtime/postgres/pool/pool.js";
import { databaseWith, execute, jsonCodec, rows } from "./database.js";

let database: OwnDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await databaseWith("create table t (value int primary key)");
  // One connection: what a function leaves on it, the next one finds.
  pool = createPool({ url: database.url, max: 1 });
});

afterAll(async () => {
  await pool[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

const ending = [
  ..."begin,START TRANSACTION,commit,End,rollback,abort,savepoint a,release a".split(","),
  ..."prepare transaction 'a',set role x,reset all,discard all,deallocate all".split(","),
  ..."listen a,unlisten *,copy t from stdin,load 'x',execute a".split(","),
];

for (const sql of ending)
  test(`"${sql}" is refused`, () => {
    for (const text of [
      sql,
      `\n\t ${sql}`,
      `-- a\n${sql}`,
      `/* a /* b */ */${sql};`,
      `; /**/;${sql}`,
    ])
      expect(() => {
        guardRawSql(text);
      }, text).toThrow("is not possible in a query or mutation");
  });

for (const sql of [
  "select 'commit'",
  "with a as (select 1) select * from a",
  "/* commit */ select 1",
  "-- commit\nselect 1",
  "update settings set a = 1",
  "beginning",
  "",
  "/* commit",
])
  test(`"${sql.replaceAll("\n", " ")}" is not refused`, () => {
    expect(() => {
      guardRawSql(sql);
    }).not.toThrow();
  });

test("a text of several statements is refused, with parameters and without", async () => {
  for (const [text, parameters] of [
    ["select 1; commit", []],
    ["select $1::int; commit", [1]],
    ["insert into t values (1); commit", []],
  ] as const)
    expect(await codeOf(mutation((session) => session.runRaw(text, parameters)))).toBe("sql-error");
  expect(await execute(database.url, "select * from t")).toEqual([]);
});

test("a transaction cannot be ended from within a block or a procedure", async () => {
  await execute(database.url, "create procedure ends() language plpgsql as 'begin commit; end'");
  for (const text of ["do $$ begin commit; end $$", "do $$ begin rollback; end $$", "call ends()"])
    expect(
      await codeOf(
        mutation(async (session) => {
          await rows(session, "insert into t values (1)");
          await session.runRaw(text, []);
        }),
      ),
      text,
    ).toBe("sql-error");
  expect(await execute(database.url, "select * from t")).toEqual([]);
});

test("a text with NUL does not reach Postgres", async () => {
  expect(await codeOf(query((session) => session.runRaw("select 1\0; commit", [])))).toBe(
    "sql-error",
  );
});

test("too few parameters are an error of the statement, not of the connection", async () => {
  const error: unknown = await query((session) =>
    session.runRaw("select $1::int, $2::int", [1]),
  ).catch((thrown: unknown) => thrown);
  expect((error as ConvoyError).code).toBe("sql-error");
  expect((error as ConvoyError).message).toContain("supplies 1 parameters");
});

test("a parameter that cannot be sent is an error of the statement", async () => {
  const circular: { self?: unknown } = {};
  circular.self = circular;
  expect(await codeOf(query((session) => session.runRaw("select $1::jsonb", [circular])))).toBe(
    "sql-error",
  );
  expect(await query((session) => rows(session, "select 1"))).toEqual([["1"]]);
});

test("values are read as people expect them", async () => {
  const { rows: found } = await query((session) =>
    session.runRaw(
      `select count(*) as small, 9007199254740993 as big, 1.5::float8 as f, 1.50::numeric as n,
        '2026-01-02'::date as d, '2026-01-02 03:04'::timestamp as t, '2026-01-02 03:04Z'::timestamptz as tz,
        '{"a": [1]}'::jsonb as j, true as b, null as nothing, array['a'] as list, '\\x01ff'::bytea as bytes`,
      [],
    ),
  );
  expect(found).toEqual([
    {
      small: 1,
      big: 9007199254740993n,
      f: 1.5,
      n: "1.50",
      d: "2026-01-02",
      t: "2026-01-02 03:04:00",
      tz: new Date("2026-01-02T03:04:00Z"),
      j: { a: [1] },
      b: true,
      nothing: null,
      list: ["a"],
      bytes: Buffer.from([1, 255]),
    },
  ]);
});

test("a person's SQL is planned as Postgres thinks best, and Convoy's by index", async () => {
  const setting = "select current_setting('enable_seqscan') as on";
  const found = await query((session) =>
    Promise.all([
      rows(session, setting),
      session.runRaw(setting, []).then((result) => result.rows),
      rows(session, setting),
    ]),
  );
  expect(found).toEqual([[["off"]], [{ on: "on" }], [["off"]]]);
});

test("what SQL leaves on a connection is gone for the next function", async () => {
  await execute(
    database.url,
    "create function leaves() returns void language plpgsql as $$ begin create temp table kept (a int); end $$",
  );
  for (const run of [query, mutation])
    await run(async (session) => {
      await session.runRaw("select set_config('enable_sort', 'on', false)", []);
      await session.runRaw("select set_config('TimeZone', 'Asia/Tokyo', false)", []);
      await session.runRaw("select pg_advisory_lock(7)", []);
    });
  await mutation((session) => session.runRaw("select leaves()", []));
  const found = await query((session) =>
    rows(
      session,
      `select current_setting('enable_sort'), current_setting('TimeZone'),
        current_setting('default_transaction_read_only'), to_regclass('pg_temp.kept')::text,
        (select count(*) from pg_locks where locktype = 'advisory'
          and database = (select oid from pg_database where datname = current_database()))::text`,
    ),
  );
  expect(found).toEqual([["off", "UTC", "on", null, "0"]]);
  // It was the same connection all the time.
  expect(pool.size).toBe(1);
});

test("SQL of a mutation writes in its transaction", async () => {
  const error = new Error("mine");
  const write = async (session: ReadSession): Promise<number> => {
    const { count } = await session.runRaw("insert into t values ($1), ($2)", [5, 6]);
    return count;
  };
  await expect(
    mutation(async (session) => {
      await write(session);
      throw error;
    }),
  ).rejects.toBe(error);
  expect(await execute(database.url, "select * from t")).toEqual([]);
  expect(await mutation(write)).toBe(2);
  expect(await execute(database.url, "select * from t")).toEqual([[5], [6]]);
});

async function query<Result>(work: (session: ReadSession) => Promise<Result>): Promise<Result> {
  return await runQuery(pool, work);
}

async function mutation<Result>(work: (session: ReadSession) => Promise<Result>): Promise<Result> {
  return await runMutation<Result>(pool, work, { codec: jsonCodec });
}

async function codeOf(promise: Promise<unknown>): Promise<string | null> {
  try {
    await promise;
    return null;
  } catch (error) {
    return (error as ConvoyError).code;
  }
}
