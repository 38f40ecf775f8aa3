import { ConvoyError } from "../../../protocol/errors.js";
import { databaseError } from "../../postgres/errors/database-error.js";
import type { Pool } from "../../postgres/pool/pool.js";
import type { WriteSession } from "../session/session.js";
import { type SessionMode, TransactionSession } from "../session/transaction-session.js";
import { runToEnd, tryConnect } from "./attempt.js";
import { beginMutation } from "./begin.js";
import { commit, giveUp, notBegun, rollBack, type Transaction } from "./commit.js";
import { checkMutationId } from "./ledger.js";
import { hintsOf } from "./mode-hints.js";
import type { MutationOptions } from "./mutation-options.js";
import type { Outcome } from "./outcome.js";
import { aloneAfter, backOff, conflictPolicy, lostConnectionPolicy, realTiming } from "./retry.js";

/**
 * Runs the work in one serializable transaction: as if no other mutation ran at the same time, all
 * of it or nothing.
 *
 * The work may run more than once, so it must have no effects but through its session: after a
 * conflict, and when a statement has failed and the work goes on. With an id it is applied exactly
 * once, however often it is sent and whatever connections are lost.
 *
 * @throws {ConvoyError} of the database, or whatever the work throws.
 */
export async function runMutation<Result>(
  pool: Pool,
  work: (session: WriteSession) => Promise<Result> | Result,
  options: MutationOptions<Result>,
): Promise<Result> {
  const { id, hint, timing = realTiming } = options;
  if (id !== undefined) checkMutationId(id);
  const hints = hintsOf(pool);
  let mode: SessionMode = hints.get(hint) === "guarded" ? "guarded" : "ahead";
  let conflicts = 0;
  let losses = 0;
  for (;;) {
    const takesTurns = conflicts >= aloneAfter;
    const outcome: Outcome<Result> = await attemptMutation(
      pool,
      work,
      { mode, takesTurns },
      options,
    );
    switch (outcome.kind) {
      case "done":
        return outcome.value;
      case "failed":
        throw outcome.error;
      case "restart":
        mode = outcome.mode;
        if (mode === "guarded") hints.set(hint, mode);
        break;
      case "conflict":
        if (++conflicts >= conflictPolicy.attempts) throw mutationConflict(outcome.error);
        await backOff(conflictPolicy, conflicts, timing);
        break;
      case "lost":
        // It may be sent again by whoever wants that; with an id, sending it again is safe.
        if (id === undefined || ++losses >= lostConnectionPolicy.attempts)
          throw databaseError(outcome.error, "statement");
        await backOff(lostConnectionPolicy, losses, timing);
    }
  }
}

async function attemptMutation<Result>(
  pool: Pool,
  work: (session: WriteSession) => Promise<Result> | Result,
  { mode, takesTurns }: { readonly mode: SessionMode; readonly takesTurns: boolean },
  options: MutationOptions<Result>,
): Promise<Outcome<Result>> {
  const { id, pause, isolation = "serializable", uniqueIndex } = options;
  const connection = await tryConnect(pool);
  if (connection instanceof ConvoyError) return { kind: "lost", error: connection };
  const session = new TransactionSession({
    connection,
    mode,
    begin: beginMutation(pool, isolation, takesTurns, id),
    uniqueIndex,
    begun: pause && (() => pause("begun")),
  });
  const ending = await runToEnd(work, session);
  const transaction: Transaction<Result> = { pool, connection, session, options };
  // What has not been answered yet leaves or has left with COMMIT, and is answered with it.
  if (ending.kind === "threw" || !session.isSound) await session.answered();
  const unbegun = notBegun(transaction);
  if (unbegun !== null) return giveUp(transaction, unbegun);
  const { restart } = session;
  if (restart !== null) return giveUp(transaction, { kind: "restart", mode: restart });
  if (ending.kind === "threw") return await rollBack(transaction, ending.error);
  if (session.failure === null) return await commit(transaction, ending.value);
  // It caught the error and returned, so what it returns must be committed; Postgres cannot.
  return session.needsGuard
    ? giveUp(transaction, { kind: "restart", mode: "guarded" })
    : await rollBack(transaction, session.failure);
}

function mutationConflict(cause: unknown): ConvoyError {
  return new ConvoyError(
    "mutation-conflict",
    `The mutation ran into other mutations ${conflictPolicy.attempts} times and was given up. Nothing was written; it may be tried again. Let mutations that run often read and write different documents.`,
    { status: 503, retryable: true, cause },
  );
}
