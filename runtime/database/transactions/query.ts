import { databaseError } from "../../postgres/errors/database-error.js";
import type { UniqueIndexLookup } from "../../postgres/errors/violation.js";
import type { Pool } from "../../postgres/pool/pool.js";
import type { ReadSession } from "../session/session.js";
import { type SessionMode, TransactionSession } from "../session/transaction-session.js";
import { ConvoyError } from "../../../protocol/errors.js";
import { endAndRelease, type Ending, runToEnd, tryConnect } from "./attempt.js";
import { beginQuery } from "./begin.js";
import { hintsOf } from "./mode-hints.js";
import { backOff, lostConnectionPolicy, type RetryTiming, realTiming } from "./retry.js";

export interface QueryOptions {
  /** Names the function: one that ran a single statement is expected to do so again. */
  readonly hint?: string;
  readonly uniqueIndex?: UniqueIndexLookup;
  readonly timing?: RetryTiming;
}

type Outcome<Result> =
  | { readonly kind: "ended"; readonly ending: Ending<Result>; readonly single: boolean }
  | { readonly kind: "restart"; readonly mode: SessionMode }
  | { readonly kind: "retry"; readonly error: unknown };

/**
 * Runs the work on one snapshot of the database, in which it cannot write.
 *
 * The work may run more than once, so it must have no effects but through its session: after a lost
 * connection, and when a function that is expected to run one statement, which needs no transaction,
 * runs another. Two snapshots are never mixed.
 *
 * @throws {ConvoyError} of the database, or whatever the work throws.
 */
export async function runQuery<Result>(
  pool: Pool,
  work: (session: ReadSession) => Promise<Result> | Result,
  options: QueryOptions = {},
): Promise<Result> {
  const { hint, timing = realTiming } = options;
  const hints = hintsOf(pool);
  const known = hints.get(hint);
  let mode = known ?? "plain";
  for (let attempt = 1; ; ) {
    const outcome = await attemptQuery(pool, work, mode, options);
    switch (outcome.kind) {
      case "ended":
        // The first call decides, and a restart: what depends on the data is not decided every time.
        if (known === undefined && mode === "plain")
          hints.set(hint, outcome.single ? "single" : "plain");
        if (outcome.ending.kind === "threw") throw outcome.ending.error;
        return outcome.ending.value;
      case "restart":
        mode = outcome.mode;
        hints.set(hint, mode);
        break;
      case "retry":
        if (attempt >= lostConnectionPolicy.attempts)
          throw databaseError(outcome.error, "statement");
        await backOff(lostConnectionPolicy, attempt++, timing);
    }
  }
}

async function attemptQuery<Result>(
  pool: Pool,
  work: (session: ReadSession) => Promise<Result> | Result,
  wanted: SessionMode,
  { uniqueIndex }: QueryOptions,
): Promise<Outcome<Result>> {
  const connection = await tryConnect(pool);
  if (connection instanceof ConvoyError) return { kind: "retry", error: connection };
  const session = new TransactionSession({
    connection,
    // A pooler's connection has its settings in transactions only.
    mode: wanted === "single" && !pool.hasSessionSettings ? "plain" : wanted,
    begin: beginQuery(pool),
    uniqueIndex,
  });
  const ending = await runToEnd(work, session);
  await session.answered();
  // It wrote nothing, so its caller need not wait for the end of the transaction.
  void endAndRelease(pool, connection, session, "commit");
  if (session.fatal !== null) return { kind: "retry", error: session.fatal };
  if (session.restart !== null) return { kind: "restart", mode: session.restart };
  return { kind: "ended", ending, single: session.statements === 1 && !session.usedRaw };
}
