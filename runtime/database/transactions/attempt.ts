import { ConvoyError } from "../../../protocol/errors.js";
import { failureOf } from "../../postgres/errors/sqlstate.js";
import type { Connection } from "../../postgres/pool/connection.js";
import type { Pool } from "../../postgres/pool/pool.js";
import type { TransactionSession } from "../session/transaction-session.js";

/** How the handler ended. */
export type Ending<Result> =
  | { readonly kind: "returned"; readonly value: Result }
  | { readonly kind: "threw"; readonly error: unknown };

/** Runs the work, and waits for every statement that it has sent, but for those sent ahead. */
export async function runToEnd<Session, Result>(
  work: (session: Session) => Promise<Result> | Result,
  session: TransactionSession & Session,
): Promise<Ending<Result>> {
  let ending: Ending<Result>;
  try {
    ending = { kind: "returned", value: await work(session) };
  } catch (error) {
    ending = { kind: "threw", error };
  }
  await session.end();
  // What fails behind the handler's back fails the call.
  if (session.late !== null && ending.kind === "returned")
    return { kind: "threw", error: session.late };
  return ending;
}

/**
 * What a person's own SQL may have left on the connection: settings, roles, session locks, temporary
 * tables, cursors. Prepared statements stay.
 */
export const forgetSession: string =
  "reset all; reset session authorization; reset role; select pg_advisory_unlock_all(); close all; unlisten *; discard temp; discard sequences";

/**
 * Ends a transaction whose outcome nobody waits for, and gives the connection back. It is in use
 * until then.
 */
export async function endAndRelease(
  pool: Pool,
  connection: Connection,
  session: TransactionSession,
  command: "commit" | "rollback" | null,
): Promise<void> {
  try {
    const sent: Promise<unknown>[] = [];
    if (session.fatal !== null && failureOf(session.fatal) !== "conflict") connection.discard();
    if (command !== null && session.inTransaction) {
      sent.push(command === "commit" ? connection.commit() : connection.command(command));
    }
    // A pooler gives each transaction some connection or other, and clears them itself.
    if (session.usedRaw && pool.hasSessionSettings) sent.push(connection.command(forgetSession));
    await Promise.all(sent);
  } catch {
    // The next call must not get it in this state.
    connection.discard();
  } finally {
    connection.release();
  }
}

/** A connection; or what made it impossible, if that may pass. */
export async function tryConnect(pool: Pool): Promise<Connection | ConvoyError> {
  try {
    return await pool.connect();
  } catch (error) {
    if (error instanceof ConvoyError && error.code === "database-connection-lost") return error;
    throw error;
  }
}
