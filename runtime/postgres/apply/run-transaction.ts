import { backOff, type RetryPolicy } from "../../database/transactions/retry.js";
import { postgresError } from "../errors/sqlstate.js";
import { qualified } from "../sql/identifier.js";
import type { Step } from "../plan/step.js";
import { blocked } from "./failures.js";
import type { SyncSession } from "./session.js";

/** How a step ended: a plan that does not hold any more is made anew. */
export type Outcome = "done" | "replan";

/**
 * While a statement waits for a strong lock, all others on that table wait behind it. So it waits
 * briefly and often: measured with one idle reader, readers stalled 0.2 s and not 4 s.
 */
const LOCK_TIMEOUT_MS = 300;

/** About a minute. */
const lockPolicy: RetryPolicy = { attempts: 80, firstDelayMs: 50, maxDelayMs: 1000 };

/** Somebody else has created, dropped or renamed something meanwhile. */
const changedStates = new Set(["42P01", "42P07", "42701", "42703", "42704", "42710"]);

/** Runs statements in one transaction, again and again until they get the locks that they need. */
export async function runTransaction(
  session: SyncSession,
  step: Step,
  sql: readonly string[],
  mustBeEmpty: string | null = null,
): Promise<Outcome> {
  const { client, schema, timing, pause } = session;
  for (let attempt = 1; ; attempt += 1) {
    try {
      await client.query(`begin; set local lock_timeout = ${LOCK_TIMEOUT_MS}`);
      if (mustBeEmpty !== null && (await lockAndLook(mustBeEmpty))) {
        await client.query("rollback");
        return "replan";
      }
      for (const statement of sql) await client.query(statement);
      await pause("before-commit", step);
      await client.query("commit");
      return "done";
    } catch (error) {
      // What went wrong is worth more than that the connection may be gone as well.
      await client.query("rollback").catch(() => {});
      const { code } = postgresError(error);
      if (changedStates.has(code)) return "replan";
      if (!isLockFailure(error)) throw error;
      if (attempt === lockPolicy.attempts) throw blocked(step.lock.on, error);
      await backOff(lockPolicy, attempt, timing);
    }
  }

  /** Whether the table has rows; if not, it gets none before the transaction ends. */
  async function lockAndLook(table: string): Promise<boolean> {
    const name = qualified(schema, table);
    const mode = step.lock.mode === "share" ? "share" : "access exclusive";
    await client.query(`lock table ${name} in ${mode} mode`);
    const { rowCount } = await client.query(`select from ${name} limit 1`);
    return rowCount !== 0;
  }
}

/** It did not get a lock in time, or was the victim of a deadlock. */
export function isLockFailure(error: unknown): boolean {
  const { code } = postgresError(error);
  return code === "55P03" || code === "40P01";
}
