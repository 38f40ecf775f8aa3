import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { ConvoyError } from "../../../protocol/errors.js";
import type { WriteSession } from "../../../runtime/database/session/session.js";
import type { StatementResult } from "../../../runtime/database/session/statement.js";
import { trimLedger } from "../../../runtime/database/transactions/trim-ledger.js";
import { runMutation } from "../../../runtime/database/transactions/mutation.js";
import type { MutationOptions } from "../../../runtime/database/transactions/mutation-options.js";
import { runQuery } from "../../../runtime/database/transactions/query.js";
import type { OwnDatabase } from "../../../runtime/postgres/embedded/template-database.js";
import { createPool, type Pool } from "../../../runtime/postgres/pool/pool.js";
import { countedTiming, databaseWith, execute, jsonCodec, rows, statement } from "./database.js";

let database: OwnDatabase;
let pool: Pool;
const options: MutationOptions<unknown> = { codec: jsonCodec, uniqueIndex };
const id = { clientId: "client", mutationId: "1" };

beforeAll(async () => {
  database = await databaseWith(
    `create table users (name text collate "C" not null);
     create unique index users_by_name on users (name);
     create table counters (name text primary key, value int not null);
     create table later (name text, constraint later_name unique (name) deferrable initially deferred)`,
  );
  pool = createPool({ url: database.url, max: 12 });
});

beforeEach(async () => {
  await execute(
    database.url,
    "truncate users, later, counters, _convoy.mutations; insert into counters values ('a', 0)",
  );
});

afterAll(async () => {
  await pool[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

test("a mutation commits all that it wrote, and reads it before", async () => {
  const found = await runMutation(
    pool,
    async (session) => {
      await insert(session, "ada");
      await insert(session, "bob");
      return await names(session);
    },
    options,
  );
  expect(found).toEqual(["ada", "bob"]);
  expect(await stored()).toEqual(["ada", "bob"]);
});

test("a mutation whose handler throws writes nothing", async () => {
  const error = new Error("mine");
  const run = runMutation(
    pool,
    async (session) => {
      await insert(session, "ada");
      throw error;
    },
    options,
  );
  await expect(run).rejects.toBe(error);
  expect(await stored()).toEqual([]);
});

test("a mutation that sends no statement needs no transaction", async () => {
  expect(await runMutation(pool, () => 5, options)).toBe(5);
  expect(await runMutation(pool, () => 6, { ...options, id })).toBe(6);
  expect(await runMutation(pool, () => 7, { ...options, id })).toBe(6);
});

test("a violated unique index is told with the table, the index and its fields", async () => {
  await runMutation(pool, (session) => insert(session, "ada"), options);
  let runs = 0;
  const run = runMutation(
    pool,
    async (session) => {
      runs++;
      await insert(session, "ada");
    },
    options,
  );
  await expect(run).rejects.toMatchObject({
    code: "unique-violation",
    status: 409,
    message: 'A document with the same name is already in "users" (index "by_name").',
  });
  expect(runs).toBe(1);
});

test("a handler that throws another error for it is not run again", async () => {
  await runMutation(pool, (session) => insert(session, "ada"), options);
  let runs = 0;
  const error = new Error("The name is taken.");
  const run = runMutation(
    pool,
    async (session) => {
      runs++;
      await insert(session, "ada").catch(() => {
        throw error;
      });
    },
    options,
  );
  await expect(run).rejects.toBe(error);
  expect(runs).toBe(1);
});

test("a handler may catch a unique violation and go on, and what it wrote before stays", async () => {
  await runMutation(pool, (session) => insert(session, "ada"), options);
  let runs = 0;
  const work = async (session: WriteSession): Promise<unknown> => {
    runs++;
    await insert(session, `before ${runs}`);
    const caught = await codeOf(insert(session, "ada"));
    await insert(session, "after");
    return [caught, await names(session)];
  };
  expect(await runMutation(pool, work, { ...options, hint: "f" })).toEqual([
    "unique-violation",
    ["ada", "after", "before 2"],
  ]);
  expect(await stored()).toEqual(["ada", "after", "before 2"]);

  // The next call knows.
  await execute(database.url, "delete from users where name <> 'ada'");
  await runMutation(pool, work, { ...options, hint: "f" });
  expect(runs).toBe(3);
});

test("a handler that catches a unique violation and returns commits what it wrote", async () => {
  await runMutation(pool, (session) => insert(session, "ada"), options);
  const run = runMutation(
    pool,
    async (session) => {
      await insert(session, "bob");
      return await codeOf(insert(session, "ada"));
    },
    options,
  );
  expect(await run).toBe("unique-violation");
  expect(await stored()).toEqual(["ada", "bob"]);
});

test("statements sent at once fail one by one when the handler wants to know each", async () => {
  await runMutation(pool, (session) => insert(session, "ada"), options);
  const run = runMutation(
    pool,
    async (session) => {
      const all = ["bob", "ada", "cid", "bob", "dan"].map((name) => insert(session, name));
      const before = await names(session);
      const settled = await Promise.allSettled(all);
      return [before, settled.map(({ status }) => status)];
    },
    options,
  );
  expect(await run).toEqual([
    ["ada", "bob", "cid", "dan"],
    ["fulfilled", "rejected", "fulfilled", "rejected", "fulfilled"],
  ]);
  expect(await stored()).toEqual(["ada", "bob", "cid", "dan"]);
});

test("a handler may catch the error of its own SQL and go on", async () => {
  const run = runMutation(
    pool,
    async (session) => {
      await session.runRaw("insert into users values ($1)", ["raw"]);
      const code = await codeOf(session.runRaw("insert into users values (1 / 0)", []));
      await insert(session, "ada");
      return code;
    },
    options,
  );
  expect(await run).toBe("sql-error");
  expect(await stored()).toEqual(["ada", "raw"]);
});

test("a failed statement that cannot be undone by itself fails the mutation, whatever is caught", async () => {
  let runs = 0;
  const run = runMutation(
    pool,
    async (session) => {
      runs++;
      await insert(session, "ada");
      await rows(session, "select * from nowhere").catch(() => {});
      await names(session).catch(() => {});
      return "fine";
    },
    options,
  );
  await expect(run).rejects.toMatchObject({ code: "schema-out-of-step" });
  expect(runs).toBe(1);
  expect(await stored()).toEqual([]);
});

test("a statement that nobody waits for is part of the mutation", async () => {
  await runMutation(
    pool,
    (session) => {
      void insert(session, "ada");
    },
    options,
  );
  expect(await stored()).toEqual(["ada"]);
});

test("the failure of a statement that nobody waits for fails the mutation", async () => {
  await runMutation(pool, (session) => insert(session, "ada"), options);
  for (const hint of ["f", "f"]) {
    const run = runMutation(
      pool,
      (session) => {
        void insert(session, "bob");
        void insert(session, "ada");
      },
      { ...options, hint },
    );
    await expect(run).rejects.toMatchObject({ code: "unique-violation" });
  }
  expect(await stored()).toEqual(["ada"]);
});

test("a session is of no use after its mutation", async () => {
  let kept: WriteSession | null = null;
  await runMutation(
    pool,
    async (session) => {
      kept = session;
    },
    options,
  );
  expect(await codeOf(insert(kept as unknown as WriteSession, "late"))).toBe("transaction-ended");
  expect(await stored()).toEqual([]);
});

test("a constraint that is checked at COMMIT fails the mutation", async () => {
  const run = runMutation(
    pool,
    async (session) => {
      await insert(session, "ada");
      await rows(session, "insert into later values ('x'), ('x')");
    },
    { ...options, id },
  );
  await expect(run).rejects.toMatchObject({ code: "unique-violation" });
  expect(await stored()).toEqual([]);
});

test("a mutation that waits too long between two statements is ended, and not run again", async () => {
  const idle = { url: database.url, idleInTransactionTimeoutMs: 20, applicationName: "sleeper" };
  await using impatient = createPool(idle);
  for (const more of [{}, { id }]) {
    let runs = 0;
    const run = runMutation(
      impatient,
      async (session) => {
        runs++;
        await insert(session, "ada");
        // Until Postgres has ended it.
        for (let open = true; open; )
          open = await exists("select from pg_stat_activity where application_name = 'sleeper'");
        await insert(session, "bob");
      },
      { ...options, ...more },
    );
    expect(await codeOf(run)).toBe("transaction-idle-too-long");
    expect(runs).toBe(1);
  }
  expect(await stored()).toEqual([]);
});

test("a conflict runs the mutation again, even if its handler has caught it", async () => {
  let runs = 0;
  const timing = countedTiming();
  const found = await runMutation(
    pool,
    async (session) => {
      const run = ++runs;
      await rows(session, "select value from counters");
      if (run < 3) await execute(database.url, "update counters set value = value + 10");
      await rows(session, "update counters set value = value + 1").catch(() => {});
      return run;
    },
    { ...options, timing },
  );
  expect(found).toBe(3);
  expect(timing.delays).toEqual([1, 2]);
  expect(await execute(database.url, "select value from counters")).toEqual([[21]]);
});

test("a mutation that always conflicts is given up", async () => {
  const timing = countedTiming();
  const run = runMutation(
    pool,
    async (session) => {
      await rows(session, "select value from counters");
      await execute(database.url, "update counters set value = value + 10");
      await rows(session, "update counters set value = value + 1");
    },
    { ...options, timing },
  );
  await expect(run).rejects.toMatchObject({ code: "mutation-conflict", retryable: true });
  expect(timing.delays).toHaveLength(19);
  expect(Math.max(...timing.delays)).toBe(125);
});

test("many mutations of one document all get through", async () => {
  const work = async (session: WriteSession): Promise<void> => {
    const [row] = await rows(session, "select value from counters where name = 'a'");
    const next = String(Number(row?.[0]) + 1);
    await rows(session, "update counters set value = $1 where name = 'a'", next);
  };
  await Promise.all(
    Array.from({ length: 12 }, async () => {
      for (let round = 0; round < 10; round++) await runMutation(pool, work, options);
    }),
  );
  expect(await execute(database.url, "select value from counters")).toEqual([[120]]);
});

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
  expect(await stored()).toEqual(["ada"]);
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

async function exists(sql: string): Promise<boolean> {
  return (await execute(database.url, sql)).length > 0;
}

function insert(session: WriteSession, name: string): Promise<StatementResult> {
  return session.runChecked(statement("insert into users (name) values ($1)"), [name]);
}

async function names(session: Parameters<typeof rows>[0]): Promise<unknown> {
  return (await rows(session, "select name from users order by name")).map(([name]) => name);
}

async function stored(): Promise<unknown> {
  return await runQuery(pool, names);
}

async function codeOf(promise: Promise<unknown>): Promise<string | null> {
  try {
    await promise;
    return null;
  } catch (error) {
    return (error as ConvoyError).code;
  }
}

function uniqueIndex(name: string): { table: string; index: string; fields: string[] } | undefined {
  return name === "users_by_name"
    ? { table: "users", index: "by_name", fields: ["name"] }
    : undefined;
}
