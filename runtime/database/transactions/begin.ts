import type { Pool } from "../../postgres/pool/pool.js";
import type { Begin } from "../session/begin.js";
import type { Statement } from "../session/statement.js";
import { type MutationId, numberOf } from "./ledger.js";

/** How a transaction sees others. That of mutations is always `serializable`, but in tests. */
export type Isolation = "serializable" | "repeatable read" | "read committed";

/**
 * Lets one transaction at a time begin with it, and is in nobody's way who does not. The lock of a
 * table takes no snapshot, so what comes next sees what the one before it has committed; after an
 * advisory lock, it would run into that and fail again.
 */
const takeTurn: Statement = {
  name: "convoy_turn",
  text: "lock table _convoy.mutations in share update exclusive mode",
};

/**
 * Makes attempts at one mutation wait for one another, wherever they run: one whose connection or
 * server was lost may still be about to commit, and what comes after it must see how it ended.
 */
const lockMutation: Statement = {
  name: "convoy_lock",
  text: "select pg_advisory_xact_lock($1::int8)",
};

/** What begins a query. */
export function beginQuery(pool: Pool): Begin {
  const text = "begin isolation level repeatable read read only";
  if (!pool.hasSessionSettings) return { kind: "text", text: text + pool.transactionSettings };
  return { kind: "statements", statements: [[{ name: "convoy_begin_query", text }, []]] };
}

/**
 * What begins a mutation.
 *
 * @param takesTurns whether it runs alone among those that take turns.
 */
export function beginMutation(
  pool: Pool,
  isolation: Isolation,
  takesTurns: boolean,
  id: MutationId | undefined,
): Begin {
  const text = `begin isolation level ${isolation} read write`;
  if (!pool.hasSessionSettings) {
    const turn = takesTurns ? `; ${takeTurn.text}` : "";
    const lock = id === undefined ? "" : `; select pg_advisory_xact_lock(${numberOf(id)})`;
    return { kind: "text", text: `${text}${turn}${pool.transactionSettings}${lock}` };
  }
  const begin = { name: `convoy_begin_${isolation}`, text };
  return {
    kind: "statements",
    statements: [
      [begin, []],
      ...(takesTurns ? [[takeTurn, []] as const] : []),
      ...(id === undefined ? [] : [[lockMutation, [numberOf(id)]] as const]),
    ],
  };
}
