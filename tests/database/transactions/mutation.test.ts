import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { WriteSession } from "../../../runtime/database/session/session.js";
import { runMutation } from "../../../runtime/database/transactions/mutation.js";
import { createPool, type Pool } from "../../../runtime/postgres/pool/pool.js";
import { countedTiming, execute, rows } from "./database.js";
import {
  codeOf,
  id,
  insert,
  names,
  options,
  stored,
  openUsers,
  type UsersDatabase,
} from "./users.js";

let database: UsersDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await openUsers();
  ({ pool } = database);
});
beforeEach(() => database.empty());
afterAll(() => database[Symbol.asyncDispose]());

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
  expect(await stored(pool)).toEqual(["ada", "bob"]);
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
  expect(await stored(pool)).toEqual([]);
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
  expect(await stored(pool)).toEqual(["ada", "after", "before 2"]);

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
  expect(await stored(pool)).toEqual(["ada", "bob"]);
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
  expect(await stored(pool)).toEqual(["ada", "bob", "cid", "dan"]);
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
  expect(await stored(pool)).toEqual(["ada", "raw"]);
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
  expect(await stored(pool)).toEqual([]);
});

test("a statement that nobody waits for is part of the mutation", async () => {
  await runMutation(
    pool,
    (session) => {
      void insert(session, "ada");
    },
    options,
  );
  expect(await stored(pool)).toEqual(["ada"]);
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
  expect(await stored(pool)).toEqual(["ada"]);
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
  expect(await stored(pool)).toEqual([]);
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
  expect(await stored(pool)).toEqual([]);
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
  expect(await stored(pool)).toEqual([]);
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

async function exists(sql: string): Promise<boolean> {
  return (await execute(database.url, sql)).length > 0;
}
