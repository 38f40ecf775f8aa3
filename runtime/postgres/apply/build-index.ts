import { backOff, type RetryPolicy } from "../../database/transactions/retry.js";
import { failureOf, postgresError } from "../errors/sqlstate.js";
import type { CreateIndexStep, DropIndexStep } from "../plan/step.js";
import { qualified } from "../sql/identifier.js";
import { findDuplicates } from "./check-duplicates.js";
import { blocked, throwProblems } from "./failures.js";
import { isLockFailure, type Outcome, runTransaction } from "./run-transaction.js";
import type { SyncSession } from "./session.js";

/**
 * What runs concurrently blocks nobody while it waits for older transactions, and leaves an invalid
 * index when it gives up: minutes, not moments.
 */
const CONCURRENT_LOCK_TIMEOUT_MS = 300_000;

const concurrentPolicy: RetryPolicy = { attempts: 5, firstDelayMs: 200, maxDelayMs: 2000 };

export async function buildIndex(session: SyncSession, step: CreateIndexStep): Promise<Outcome> {
  const { client, pause, timing } = session;
  if (step.mustBeEmpty !== null) {
    return await runTransaction(session, step, [step.register, ...step.sql], step.mustBeEmpty);
  }
  await client.query(step.register);
  await pause("index-registered", step);
  for (let attempt = 1; ; attempt += 1) {
    const failure = await tryToBuild(session, step);
    if (failure === null) {
      await pause("index-built", step);
      if (await isValid(session, step.name)) return "done";
    } else {
      const { code } = postgresError(failure);
      if (failureOf(failure) === "lost") throw failure;
      if (code === "42P07" || code === "42P01") return "replan";
    }
    // What has failed is left behind as an invalid index, which every write would have to keep up.
    await dropInvalid(session, step.name);
    if (failure !== null && !isLockFailure(failure)) await tellDuplicates(session, step, failure);
    if (attempt >= concurrentPolicy.attempts) throw blocked(step.table, failure);
    await backOff(concurrentPolicy, attempt, timing);
  }
}

async function tryToBuild(session: SyncSession, step: CreateIndexStep): Promise<Error | null> {
  try {
    for (const statement of step.sql) await runConcurrently(session, statement);
    return null;
  } catch (error) {
    return error as Error;
  }
}

/** Returns where the documents that were alike have gone meanwhile. */
async function tellDuplicates(
  session: SyncSession,
  step: CreateIndexStep,
  failure: Error,
): Promise<void> {
  if (postgresError(failure).code !== "23505" || step.duplicates === null) throw failure;
  throwProblems(await findDuplicates(session, step.table, step.index, step.duplicates), {
    nothingChanged: false,
  });
}

export async function dropIndex(session: SyncSession, step: DropIndexStep): Promise<Outcome> {
  const { client, pause, timing } = session;
  const [drop = "", ...others] = step.sql;
  for (let attempt = 1; ; attempt += 1) {
    try {
      await runConcurrently(session, drop);
      break;
    } catch (error) {
      if (!isLockFailure(error)) throw error;
      if (attempt >= concurrentPolicy.attempts) throw blocked(step.table, error);
      await backOff(concurrentPolicy, attempt, timing);
    }
  }
  await pause("index-dropped", step);
  for (const statement of others) await client.query(statement);
  return "done";
}

async function runConcurrently({ client }: SyncSession, statement: string): Promise<void> {
  await client.query(`set lock_timeout = ${CONCURRENT_LOCK_TIMEOUT_MS}`);
  try {
    await client.query(statement);
  } finally {
    // A connection that is lost says so at the next statement.
    await client.query("reset lock_timeout").catch(() => {});
  }
}

async function isValid({ client, schema }: SyncSession, name: string): Promise<boolean> {
  const { rowCount } = await client.query(
    "select from pg_index where indexrelid = to_regclass($1) and indisvalid and indisready",
    [qualified(schema, name)],
  );
  return rowCount === 1;
}

async function dropInvalid(session: SyncSession, name: string): Promise<void> {
  await runConcurrently(
    session,
    `drop index concurrently if exists ${qualified(session.schema, name)}`,
  );
}
