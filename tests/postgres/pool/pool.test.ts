import { afterAll, beforeAll, expect, test } from "vitest";
import type { ConvoyError } from "../../../protocol/errors.js";
import { runMutation } from "../../../runtime/database/transactions/mutation.js";
import { runQuery } from "../../../runtime/database/transactions/query.js";
import type { OwnDatabase } from "../../../runtime/postgres/embedded/template-database.js";
import type { Connection } from "../../../runtime/postgres/pool/connection.js";
import { createPool, type Pool } from "../../../runtime/postgres/pool/pool.js";
import type { PoolOptions } from "../../../runtime/postgres/pool/pool-options.js";
import {
  countedTiming,
  databaseWith,
  execute,
  jsonCodec,
  rows,
  statement,
} from "../../database/transactions/database.js";
import { seededRandom } from "../../support/random.js";
import { Pooler } from "./pooler.js";
import { startProxy } from "./proxy.js";

let database: OwnDatabase;
const settings = `select current_setting('enable_seqscan'), current_setting('enable_bitmapscan'),
  current_setting('enable_sort'), current_setting('jit'), current_setting('TimeZone'),
  current_setting('bytea_output'), current_setting('statement_timeout'), current_setting('transaction_isolation')`;

beforeAll(async () => {
  database = await databaseWith("create table t (value int)");
});

afterAll(async () => {
  await database[Symbol.asyncDispose]();
});

test("sessions plan by index, write texts in one form, and write only in transactions", async () => {
  await using pool = createPool({ url: database.url, statementTimeoutMs: 5000 });
  const works = [1, 2].map(() =>
    runQuery(pool, (session) => rows(session, settings), { hint: "f" }),
  );
  for (const found of await Promise.all(works))
    expect(found).toEqual([["off", "off", "off", "off", "UTC", "hex", "5s", "repeatable read"]]);
  await using connection = await leased(pool);
  await expect(connection.run(statement("insert into t values (1)"), [])).rejects.toMatchObject({
    code: "25006",
  });
});

test("sessions of who wakes others say so to the triggers, as transactions behind a pooler do", async () => {
  const setting = "select current_setting('convoy.wakes', true)";
  const read = (pool: Pool) => runQuery(pool, (session) => rows(session, setting));
  await using proxy = await startProxy(database.url, { onStartup: dropOptions });
  await using direct = createPool({ url: database.url, wakes: true });
  await using pooled = createPool({ url: proxy.url, wakes: true });
  await using silent = createPool({ url: database.url });
  expect(await Promise.all([direct, pooled, silent].map(read))).toEqual([
    [["on"]],
    [["on"]],
    [[null]],
  ]);
});

test("the options of a URL are kept beside Convoy's", async () => {
  const url = new URL(database.url);
  url.searchParams.set("options", "-c search_path=mine -c TimeZone=Asia/Tokyo");
  await using pool = createPool({ url: url.href, applicationName: "named" });
  const found = await runQuery(pool, (session) =>
    rows(
      session,
      "select current_setting('search_path'), current_setting('TimeZone'), current_setting('application_name')",
    ),
  );
  expect(found).toEqual([["mine", "UTC", "named"]]);
});

for (const [what, onStartup] of [
  ["refuses", refuseOptions],
  ["drops", dropOptions],
] as const)
  test(`behind a pooler that ${what} startup options, transactions set them`, async () => {
    await using proxy = await startProxy(database.url, { onStartup });
    await using pool = createPool({ url: proxy.url, statementTimeoutMs: 5000 });
    const work = () => runQuery(pool, (session) => rows(session, settings), { hint: "f" });
    // Several at once: each of the first connections is refused.
    const found = await Promise.all([work(), work(), work()]);
    found.push(await work());
    for (const each of found)
      expect(each).toEqual([["off", "off", "off", "off", "UTC", "hex", "5s", "repeatable read"]]);
    const written = await runMutation(
      pool,
      async (session) => {
        const [a, b] = await Promise.all([
          rows(session, settings),
          rows(session, "insert into t values (7) returning value"),
        ]);
        await session.runRaw("select 1", []);
        return [a, b];
      },
      { codec: jsonCodec, id: { clientId: "pooler", mutationId: what } },
    );
    expect(written).toEqual([
      [["off", "off", "off", "off", "UTC", "hex", "5s", "serializable"]],
      [["7"]],
    ]);
  });

test("behind a pooler, a statement that Postgres had no look at is prepared once more", async () => {
  await using pooler = await Pooler.before(database.url, 1, seededRandom(1));
  await using pool = createPool({ url: pooler.url, max: 1 });
  await using connection = await leased(pool);
  const failing = statement("select 1 / 0");
  await connection.command("begin");
  const outcomes = await Promise.allSettled([
    connection.runAhead(failing, []),
    // Skipped with the one before it, and refused for it.
    connection.run(statement("select 1"), []),
    connection.run(statement("select 2"), []),
  ]);
  expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
  await connection.command("rollback");
  for (const n of ["1", "2", "1"])
    expect((await connection.run(statement(`select ${n}`), [])).rows).toEqual([[n]]);
  expect(pooler.misused).toEqual([]);
});

test("whoever waits too long for a connection, or behind too many, is told", async () => {
  await using pool = createPool({
    url: database.url,
    max: 1,
    maxWaiting: 1,
    acquireTimeoutMs: 100,
  });
  const connection = await pool.connect();
  const waiting = pool.connect().catch((error: unknown) => error);
  const refused = { code: "database-busy", status: 503, retryable: true };
  await expect(pool.connect()).rejects.toMatchObject({
    ...refused,
    message: expect.stringContaining("1 more wait for one already"),
  });
  expect(await waiting).toMatchObject({
    ...refused,
    message: expect.stringContaining("none came free in 0.1 seconds"),
  });
  connection.release();
  (await pool.connect()).release();
});

test("a connection that is lost while nobody has it is replaced", async () => {
  await using pool = createPool({ url: database.url, applicationName: "idle" });
  await runQuery(pool, (session) => rows(session, "select 1"));
  await execute(
    database.url,
    "select pg_terminate_backend(pid, 60000) from pg_stat_activity where application_name = 'idle'",
  );
  const found = runQuery(pool, (session) => rows(session, "select 1"), {
    timing: countedTiming(),
  });
  expect(await found).toEqual([["1"]]);
});

test("a connection that is lost before anybody has it is no reason to end", async () => {
  // Postgres is shut down in the moment in which it lets somebody in: both arrive together.
  const ready = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 0, 0x5a, 0, 0, 0, 5, 0x49]);
  const answer = Buffer.concat([ready, errorMessage("57P01", "terminating connection")]);
  await using proxy = await startProxy(database.url, { onStartup: () => ({ answer }) });
  expect((await failureWith({ url: proxy.url })).code).toBe("database-connection-lost");
});

test("a connection on which nothing is answered is lost", async () => {
  await using proxy = await startProxy(database.url);
  await using pool = createPool({ url: proxy.url, silenceMs: 200 });
  const connection = await pool.connect();
  const held = proxy.holdRequests("pg_backend_pid");
  await expect(connection.run(backend, [])).rejects.toMatchObject({ code: "ETIMEDOUT" });
  await held;
  connection.release();
});

test("a connection that is in a transaction does not go back into the pool", async () => {
  await using pool = createPool({ url: database.url, max: 1 });
  const first = await pool.connect();
  await first.command("begin");
  const pid = (await first.run(backend, [])).rows;
  first.release();
  await using second = await leased(pool);
  expect((await second.run(backend, [])).rows).not.toEqual(pid);
});

test("a connection that is given back without having been used is kept", async () => {
  await using pool = createPool({ url: database.url, max: 1 });
  const pids = [];
  for (const use of [true, false, true]) {
    const connection = await pool.connect();
    if (use) pids.push((await connection.run(backend, [])).rows);
    connection.release();
  }
  expect(pids[0]).toEqual(pids[1]);
});

test("a connection with too many prepared statements is replaced", async () => {
  await using pool = createPool({ url: database.url, max: 1 });
  const pid = await runQuery(pool, async (session) => {
    await Promise.all(
      Array.from({ length: 1000 }, (_, index) => rows(session, `select ${index}::int`)),
    );
    return await rows(session, backend.text);
  });
  expect(await runQuery(pool, (session) => rows(session, backend.text))).not.toEqual(pid);
});

test("a pool that closes waits for the calls that have a connection, and takes no more", async () => {
  const pool = createPool({ url: database.url });
  const reached = signal();
  const finish = signal();
  const query = runQuery(pool, async (session) => {
    await rows(session, "select 1");
    reached.give();
    await finish.given;
    return await rows(session, "select 2");
  });
  await reached.given;
  const closed = pool[Symbol.asyncDispose]();
  expect(await codeOf(pool.connect())).toBe("database-pool-closed");
  finish.give();
  expect(await query).toEqual([["2"]]);
  await closed;
  await pool[Symbol.asyncDispose]();
  expect(pool.size).toBe(0);
});

test("a database that cannot be reached, or is not there, is told without its password", async () => {
  const unreachable = new URL(database.url);
  unreachable.port = "1";
  unreachable.password = "secret";
  const missing = new URL(database.url);
  missing.pathname = "/nowhere";
  for (const [url, code] of [
    [unreachable, "database-connection-lost"],
    [missing, "database-missing"],
  ] as const) {
    const error = await failureWith({ url: url.href });
    expect(error.code).toBe(code);
    expect(error.message).not.toContain("secret");
  }
});

test("a pooler that has no server at the moment may be asked again", async () => {
  const away = "server login has been failing, try again later (server_login_retry)";
  await using proxy = await startProxy(database.url, {
    onStartup: () => ({ answer: errorMessage("08P01", away) }),
  });
  const error = await failureWith({ url: proxy.url });
  expect(error).toMatchObject({ code: "database-connection-lost", retryable: true });
});

const backend = statement("select pg_backend_pid()");

function signal(): { readonly given: Promise<void>; give(): void } {
  let give = (): void => {};
  const given = new Promise<void>((resolve) => {
    give = resolve;
  });
  return { given, give: () => give() };
}

async function leased(pool: Pool): Promise<AsyncDisposable & Connection> {
  const connection = await pool.connect();
  return Object.assign(connection, {
    [Symbol.asyncDispose]: async () => {
      connection.release();
    },
  });
}

async function failureWith(options: PoolOptions): Promise<ConvoyError> {
  await using pool = createPool(options);
  try {
    (await pool.connect()).release();
  } catch (error) {
    return error as ConvoyError;
  }
  throw new Error("A connection was made.");
}

async function codeOf(promise: Promise<unknown>): Promise<string | null> {
  try {
    await promise;
    return null;
  } catch (error) {
    return (error as ConvoyError).code;
  }
}

type Started = ReturnType<NonNullable<NonNullable<Parameters<typeof startProxy>[1]>["onStartup"]>>;

/** As PgBouncer does. */
function refuseOptions(message: Buffer): Started {
  if (!message.includes("\0options\0")) return { pass: message };
  return { answer: errorMessage("08P01", "unsupported startup parameter: options") };
}

function errorMessage(code: string, message: string): Buffer {
  const fields = `SFATAL\0VFATAL\0C${code}\0M${message}\0\0`;
  const answer = Buffer.alloc(5 + fields.length);
  answer.write("E");
  answer.writeInt32BE(4 + fields.length, 1);
  answer.write(fields, 5);
  return answer;
}

/** As PgBouncer does with `ignore_startup_parameters = options`. */
function dropOptions(message: Buffer): Started {
  const text = message.toString("latin1").replace(/\0options\0[^\0]*/, "");
  const pass = Buffer.from(text, "latin1");
  pass.writeInt32BE(pass.length, 0);
  return { pass };
}
