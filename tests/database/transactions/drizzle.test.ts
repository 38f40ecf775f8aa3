import { eq, sql } from "drizzle-orm";
import type { NodePgDatabase } from "drizzle-orm/node-postgres";
import { bigint, integer, jsonb, pgTable, text, timestamp } from "drizzle-orm/pg-core";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { ConvoyError } from "../../../protocol/errors.js";
import { type DrizzleFactory, loadDrizzle } from "../../../runtime/database/drizzle/connect.js";
import type { ReadSession } from "../../../runtime/database/session/session.js";
import { runMutation } from "../../../runtime/database/transactions/mutation.js";
import { runQuery } from "../../../runtime/database/transactions/query.js";
import type { OwnDatabase } from "../../../runtime/postgres/embedded/template-database.js";
import { createPool, type Pool } from "../../../runtime/postgres/pool/pool.js";
import { databaseWith, execute, jsonCodec, rows, statement } from "./database.js";

const users = pgTable("users", {
  id: integer("id").primaryKey(),
  name: text("name").notNull(),
  big: bigint("big", { mode: "bigint" }),
  at: timestamp("at", { withTimezone: true }),
  doc: jsonb("doc"),
});
const ada = { id: 1, name: "ada", big: 2n ** 60n, at: new Date(0), doc: { a: [1] } };

let database: OwnDatabase;
let pool: Pool;
let factory: DrizzleFactory;

beforeAll(async () => {
  database = await databaseWith(
    "create table users (id int primary key, name text not null, big bigint, at timestamptz, doc jsonb)",
  );
  pool = createPool({ url: database.url, max: 2 });
  const loaded = await loadDrizzle();
  if (loaded === null) throw new Error("drizzle-orm is not installed.");
  factory = loaded;
});

beforeEach(async () => {
  await execute(database.url, "truncate users");
});

afterAll(async () => {
  await pool[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

test("drizzle writes and reads in the transaction of a mutation", async () => {
  const found = await mutation(async (session, drizzle) => {
    await drizzle.insert(users).values(ada);
    await session.run(statement("insert into users (id, name) values (2, 'bob')"), []);
    return await drizzle.select().from(users).orderBy(users.id);
  });
  expect(found).toEqual([ada, { id: 2, name: "bob", big: null, at: null, doc: null }]);
  const renamed = await mutation((_session, drizzle) =>
    drizzle
      .update(users)
      .set({ name: "eve" })
      .where(eq(users.id, 2))
      .returning({ name: users.name }),
  );
  expect(renamed).toEqual([{ name: "eve" }]);
  expect(await execute(database.url, "select name from users order by id")).toEqual([
    ["ada"],
    ["eve"],
  ]);
});

test("what drizzle wrote is gone when the handler throws", async () => {
  const error = new Error("mine");
  const run = mutation(async (_session, drizzle) => {
    await drizzle.insert(users).values(ada);
    throw error;
  });
  await expect(run).rejects.toBe(error);
  expect(await execute(database.url, "select 1 from users")).toEqual([]);
});

test("drizzle reads the snapshot of a query", async () => {
  await execute(database.url, "insert into users values (1, 'ada')");
  const found = await query(async (session, drizzle) => {
    const before = await rows(session, "select count(*) from users");
    await execute(database.url, "insert into users values (2, 'bob')");
    return [before, await drizzle.$count(users), await drizzle.execute(sql`select 1 as one`)];
  });
  expect(found).toMatchObject([[["1"]], 1, { rows: [{ one: 1 }], rowCount: 1 }]);
});

test("drizzle cannot write in a query", async () => {
  const run = query((_session, drizzle) => drizzle.insert(users).values(ada));
  await expect(run).rejects.toMatchObject({ code: "write-in-query" });
});

test("drizzle cannot begin or end a transaction", async () => {
  const run = mutation((_session, drizzle) =>
    drizzle.transaction(async (transaction) => {
      await transaction.insert(users).values(ada);
    }),
  );
  await expect(run).rejects.toMatchObject({ code: "sql-transaction-control" });
});

test("an error of drizzle's statement is Convoy's, without SQL and without values", async () => {
  const run = mutation(async (_session, drizzle) => {
    await drizzle.insert(users).values(ada);
    const error: unknown = await drizzle
      .insert(users)
      .values({ ...ada, name: "secret" })
      .catch((thrown: unknown) => thrown);
    return [error, await drizzle.select({ name: users.name }).from(users)];
  });
  const [error, found] = (await run) as [ConvoyError, unknown];
  expect(error.code).toBe("unique-violation");
  expect(error.message).not.toMatch(/insert|secret/);
  // The handler has caught it and gone on.
  expect(found).toEqual([{ name: "ada" }]);
});

function query<Result>(
  work: (session: ReadSession, drizzle: NodePgDatabase) => Promise<Result>,
): Promise<Result> {
  return runQuery(pool, (session) => work(session, factory(session) as NodePgDatabase));
}

function mutation<Result>(
  work: (session: ReadSession, drizzle: NodePgDatabase) => Promise<Result>,
): Promise<Result> {
  return runMutation<Result>(pool, (session) => work(session, factory(session) as NodePgDatabase), {
    codec: jsonCodec,
  });
}
