import { afterAll, beforeAll, expect, test } from "vitest";
import type { ConvoyError } from "../../../protocol/errors.js";
import type { WriteSession } from "../../../runtime/database/session/session.js";
import { runMutation } from "../../../runtime/database/transactions/mutation.js";
import type { OwnDatabase } from "../../../runtime/postgres/embedded/template-database.js";
import { databaseError } from "../../../runtime/postgres/errors/database-error.js";
import { createPool, type Pool } from "../../../runtime/postgres/pool/pool.js";
import {
  countedTiming,
  databaseWith,
  jsonCodec,
  rows,
} from "../../database/transactions/database.js";

let database: OwnDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await databaseWith(
    `create table users (id int primary key, name text,
       constraint users_convoy_id check (id < 1000), constraint users_other check (id <> 500));
     create unique index users_by_name_1 on users (name);
     create unique index users_by_own on users ((name || 'x'));
     create table posts (id int primary key, user_id int references users, length int not null);
     insert into users values (1, 'secret');
     insert into posts values (1, 1, 1);
     create function raises(state text) returns int language plpgsql as
       $$ begin raise exception 'secret' using errcode = state; end $$`,
  );
  pool = createPool({ url: database.url, max: 2, statementTimeoutMs: 200 });
});

afterAll(async () => {
  await pool[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

const provoked: readonly (readonly [sql: string, code: string, message: string])[] = [
  ["insert into users values (2, 'secret')", "unique-violation", '"users" (index "by_name")'],
  ["insert into users values (1, 'b')", "unique-violation", "with the same id"],
  ["insert into users values (2000)", "wrong-table-id", '"users"'],
  ["insert into users values (500)", "constraint-violation", '"users_other"'],
  ["insert into posts values (2, 77, 1)", "reference-violation", '"posts"'],
  ["delete from users", "reference-violation", '"posts"'],
  ["insert into posts values (2, 1, null)", "constraint-violation", '"posts"'],
  [
    "insert into users select 3, string_agg(md5(i::text), '') from generate_series(1, 150) i",
    "index-key-too-long",
    'of index "by_name" of table "users"',
  ],
  ["select * from nowhere", "schema-out-of-step", "convoy deploy"],
  ["select nothing from users", "schema-out-of-step", "convoy dev"],
  ["select 'secret'::int", "value-does-not-fit", "docs/storage.md"],
  ["select pg_sleep(100)", "statement-timeout", "longer than"],
];

for (const [sql, code, message] of provoked)
  test(`"${sql.slice(0, 50)}" is told as ${code}`, async () => {
    const error = await failureOf((session) => rows(session, sql));
    expect(error.code).toBe(code);
    expect(error.message).toContain(message);
    expect(error.message).not.toMatch(/secret|select|insert into/i);
    expect(error.cause).toBeInstanceOf(Error);
  });

test("a character that Postgres cannot store is told, whoever wrote the statement", async () => {
  for (const work of [
    (session: WriteSession) => rows(session, "select $1::text", "secret\0"),
    (session: WriteSession) => session.runRaw("select $1::text", ["secret\0"]),
  ]) {
    const error = await failureOf(work);
    expect(error.code).toBe("text-not-storable");
    expect(error.message).not.toContain("secret");
  }
});

const states: readonly (readonly [state: string, code: string, retryable: boolean])[] = [
  ["53100", "database-disk-full", false],
  ["53200", "database-out-of-memory", true],
  ["53300", "database-too-many-connections", true],
  ["53400", "database-limit-reached", true],
  ["55P03", "lock-timeout", true],
  ["42501", "database-permission-denied", false],
  ["57P01", "database-connection-lost", true],
  ["08006", "database-connection-lost", true],
  ["40001", "mutation-conflict", true],
  ["40P01", "mutation-conflict", true],
  ["54001", "statement-too-complex", false],
  ["XX000", "database-error", false],
];

for (const [state, code, retryable] of states)
  test(`SQLSTATE ${state} is told as ${code}`, async () => {
    const error = await failureOf((session) => rows(session, "select raises($1)", state));
    expect(error).toMatchObject({ code, retryable });
    expect(error.message).not.toMatch(/secret|select/i);
  });

test("an error of a person's own SQL names tables, but no values", async () => {
  const told = await failureOf((session) => session.runRaw("select * from nowhere", []));
  expect(told).toMatchObject({ code: "sql-error" });
  expect(told.message).toContain('(SQLSTATE 42P01): relation "nowhere" does not exist');
  for (const sql of [
    "select 'secret'::int",
    "select secret secret secret",
    "select raises('P0001')",
  ]) {
    const untold = await failureOf((session) => session.runRaw(sql, []));
    expect(untold).toMatchObject({ code: "sql-error" });
    expect(untold.message).not.toContain("secret");
  }
});

test("what the operating system says of a connection is told as a lost one", () => {
  for (const code of ["ECONNRESET", "ECONNREFUSED", "EPIPE", "ETIMEDOUT"])
    expect(databaseError(Object.assign(new Error("secret"), { code }), "statement")).toMatchObject({
      code: "database-connection-lost",
      status: 503,
      retryable: true,
    });
  for (const message of ["Connection terminated unexpectedly", "Connection terminated"])
    expect(databaseError(new Error(message), "connect").code).toBe("database-connection-lost");
});

test("a host without an address may have one again; a certificate of another host stays one", () => {
  const told = (code: string): unknown =>
    databaseError(Object.assign(new Error("secret"), { code }), "connect");
  expect(told("ENOTFOUND")).toMatchObject({
    code: "database-not-reached",
    status: 503,
    retryable: true,
  });
  expect(told("ERR_TLS_CERT_ALTNAME_INVALID")).toMatchObject({ status: 500, retryable: false });
});

test.each([
  [
    "SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string",
    "",
    "database-login-failed",
    "has none",
  ],
  ["The server does not support SSL connections", "", "database-not-reached", "sslmode"],
  ["secret", "SELF_SIGNED_CERT_IN_CHAIN", "database-not-reached", "sslrootcert"],
  ["secret", "UNABLE_TO_VERIFY_LEAF_SIGNATURE", "database-not-reached", "sslrootcert"],
  [
    "secret",
    "ERR_TLS_CERT_ALTNAME_INVALID",
    "database-not-reached",
    "ERR_TLS_CERT_ALTNAME_INVALID",
  ],
  ["no pg_hba.conf entry for host, no encryption", "28000", "database-login-failed", "sslmode"],
])("a connection that ends with %s %s is told with what to do", (message, code, told, says) => {
  const error = databaseError(Object.assign(new Error(message), { code }), "connect");
  expect(error.code).toBe(told);
  expect(error.message).toContain(says);
  expect(error.message).not.toContain("secret");
});

test("only what Postgres says is called a SQLSTATE", () => {
  const told = (code: string, origin: "connect" | "raw" | "statement" = "connect"): string =>
    databaseError(Object.assign(new Error("secret"), { code }), origin).message;
  expect(told("28001")).toContain("(SQLSTATE 28001)");
  for (const code of ["ENOTFOUND", "EPERM", "ERR_SSL_WRONG_VERSION"])
    for (const origin of ["connect", "raw", "statement"] as const) {
      expect(told(code, origin)).toContain(`(${code})`);
    }
});

test("an error that was told before is not told again", () => {
  const error = databaseError(new Error("secret"), "statement");
  expect(databaseError(error, "connect")).toBe(error);
  expect(error.code).toBe("database-error");
});

async function failureOf(work: (session: WriteSession) => Promise<unknown>): Promise<ConvoyError> {
  try {
    await runMutation(pool, work, {
      codec: jsonCodec,
      timing: countedTiming(),
      uniqueIndex: (name) =>
        name === "users_by_name_1"
          ? { table: "users", index: "by_name", fields: ["name"] }
          : undefined,
    });
  } catch (error) {
    return error as ConvoyError;
  }
  throw new Error("Nothing failed.");
}
