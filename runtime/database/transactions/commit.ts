import { ConvoyError } from "../../../protocol/errors.js";
import { databaseError } from "../../postgres/errors/database-error.js";
import { failureOf } from "../../postgres/errors/sqlstate.js";
import type { Connection } from "../../postgres/pool/connection.js";
import type { Pool } from "../../postgres/pool/pool.js";
import type { TransactionSession } from "../session/transaction-session.js";
import { endAndRelease } from "./attempt.js";
import { findInLedger, isInLedger, recordInLedger } from "./ledger.js";
import type { MutationOptions } from "./mutation-options.js";
import { type Outcome, outcomeOf } from "./outcome.js";

/** A transaction whose handler has ended, and what it takes to end it too. */
export interface Transaction<Result> {
  readonly pool: Pool;
  readonly connection: Connection;
  readonly session: TransactionSession;
  readonly options: MutationOptions<Result>;
}

/**
 * Records the result of the handler and commits, in one round trip, with what the handler has not waited
 * for: should any of that fail, Postgres does not commit.
 */
export async function commit<Result>(
  transaction: Transaction<Result>,
  value: Result,
): Promise<Outcome<Result>> {
  const { pool, connection, session, options } = transaction;
  const { id, codec, pause } = options;
  let stored = "";
  if (id !== undefined) {
    try {
      stored = codec.encode(value);
    } catch (error) {
      return await rollBack(transaction, error);
    }
    // The ledger must have the row even where the handler has sent nothing.
    const begun = session.sendBegin();
    if (begun !== null) await begun;
    const unbegun = notBegun(transaction);
    if (unbegun !== null) return giveUp(transaction, unbegun);
  }
  if (!session.inTransaction) {
    void endAndRelease(pool, connection, session, null);
    return { kind: "done", value };
  }

  if (pause !== undefined) await pause("before-ledger");
  // Last, so that no other transaction waits long for the row. Should it fail, COMMIT rolls back.
  const recorded = id === undefined ? null : recordInLedger(connection, id, stored);
  recorded?.catch(() => {});
  if (pause !== undefined) await pause("before-commit");
  // Up to here, a lost connection means that nothing was committed; from here on, it does not.
  if (connection.lost !== null) return giveUp(transaction, outcomeOf(connection.lost));
  const committed = connection.commit();
  committed.catch(() => {});
  if (pause !== undefined) await pause("commit-sent");
  const [ledger, end] = await Promise.allSettled([recorded, committed]);
  await session.answered();
  // Outside of a transaction, where BEGIN has failed, there is a COMMIT for the asking.
  if (end.status === "fulfilled" && end.value && session.isSound) {
    void endAndRelease(pool, connection, session, null);
    return { kind: "done", value };
  }
  const refused = ledger.status === "rejected" ? ledger.reason : null;
  const error: unknown =
    session.fatal ?? refused ?? (end.status === "rejected" ? end.reason : null);
  return await notCommitted(transaction, error, refused);
}

/**
 * What to make of a COMMIT that has not been answered with one.
 *
 * @param error of the first statement that failed; `null` where Postgres has named none.
 * @param refused that of the row in the ledger.
 */
async function notCommitted<Result>(
  transaction: Transaction<Result>,
  error: unknown,
  refused: unknown,
): Promise<Outcome<Result>> {
  const { pool, connection, session, options } = transaction;
  // One that was sent ahead has failed, and nothing behind it was done.
  const { restart } = session;
  if (restart !== null) return giveUp(transaction, { kind: "restart", mode: restart });
  if (session.beginFailure !== null && session.fatal === null) {
    return giveUp(transaction, notBegun(transaction) ?? failedSilently());
  }
  const told = session.failure ?? session.late;
  if (error === null) {
    return told === null
      ? giveUp(transaction, failedSilently())
      : await rollBack(transaction, told);
  }
  if (refused !== null && isInLedger(refused)) return await rollBack(transaction, refused);
  switch (failureOf(error)) {
    case "other":
      return await rollBack(
        transaction,
        told ?? databaseError(error, "statement", options.uniqueIndex),
      );
    case "lost":
      connection.discard();
      void endAndRelease(pool, connection, session, null);
      return options.id === undefined
        ? { kind: "failed", error: outcomeUnknown(error) }
        : outcomeOf(error);
    case "stale-plan":
      connection.discard();
      return giveUp(transaction, outcomeOf(error));
    case "conflict":
      // Where COMMIT itself has failed, that was the end of the transaction.
      void endAndRelease(
        pool,
        connection,
        session,
        session.isSound && refused === null ? null : "rollback",
      );
      return outcomeOf(error);
  }
}

/**
 * Rolls back, and answers with the error; unless the ledger has the mutation. Then it was applied
 * before, and it may have failed now for that very reason, for example at a unique index.
 */
export async function rollBack<Result>(
  transaction: Transaction<Result>,
  error: unknown,
): Promise<Outcome<Result>> {
  const { pool, connection, session, options } = transaction;
  const { id, codec } = options;
  const failed: Outcome<never> = { kind: "failed", error };
  if (id === undefined) return giveUp(transaction, failed);
  // Where the handler failed before its first statement, the lock is still to be waited for.
  await session.begin();
  await session.answered();
  const unbegun = notBegun(transaction);
  if (unbegun !== null) return giveUp(transaction, unbegun);
  const { restart } = session;
  if (restart !== null) return giveUp(transaction, { kind: "restart", mode: restart });
  let stored: string | null;
  try {
    const rolledBack = connection.command("rollback");
    rolledBack.catch(() => {});
    stored = await findInLedger(connection, id);
    await rolledBack;
  } catch (lookupError) {
    // Without an answer, nobody may be told that the mutation was not applied.
    connection.discard();
    return giveUp(transaction, outcomeOf(lookupError));
  }
  void endAndRelease(pool, connection, session, null);
  if (stored === null) return failed;
  try {
    return { kind: "done", value: codec.decode(stored) };
  } catch (undecoded) {
    return { kind: "failed", error: undecoded };
  }
}

/** Rolls back whatever there is, and is done with the attempt. */
export function giveUp<Result>(
  { pool, connection, session }: Transaction<Result>,
  outcome: Outcome<Result>,
): Outcome<Result> {
  void endAndRelease(pool, connection, session, "rollback");
  return outcome;
}

/** Why the attempt never held the lock of its mutation, so that the ledger's answer is not final. */
export function notBegun({ session, options }: Transaction<unknown>): Outcome<never> | null {
  if (session.fatal !== null) return outcomeOf(session.fatal);
  const { beginFailure } = session;
  if (beginFailure === null) return null;
  const error = options.id === undefined ? beginFailure : perhapsApplied(beginFailure);
  return { kind: "failed", error };
}

/** An earlier attempt may have succeeded, or still succeed: whatever it was, it is to be sent again. */
function perhapsApplied(cause: ConvoyError): ConvoyError {
  const again = { status: 503, retryable: true, cause };
  const { code, message, status } = cause;
  const hasWaited = status === 504 || code === "lock-timeout";
  if (!hasWaited) return new ConvoyError(code, message, again);
  return new ConvoyError(
    "mutation-in-progress",
    "An earlier attempt at the same mutation has not ended yet. Send it again with the same id to learn its result.",
    again,
  );
}

/** Postgres answers the COMMIT of a failed transaction with ROLLBACK, and with no error. */
function failedSilently(): Outcome<never> {
  const error = new ConvoyError(
    "transaction-rolled-back",
    "Postgres rolled the mutation back instead of committing it. Nothing was written; it may be tried again.",
    { status: 503, retryable: true },
  );
  return { kind: "failed", error };
}

function outcomeUnknown(cause: unknown): ConvoyError {
  return new ConvoyError(
    "mutation-outcome-unknown",
    "The connection to the database was lost while the mutation was being committed, so it may or may not have been applied. Read the data before you send it again, or give mutations an id.",
    { status: 503, cause },
  );
}
