import type { Pool } from "../../postgres/pool/pool.js";
import type { Statement } from "../session/statement.js";
import { inOwnTransaction } from "./own-transaction.js";

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * How long the result of a mutation is kept. Our clients send one again for `MUTATION_RESEND_MS` at most;
 * the days between are for clocks that are wrong, and for other clients.
 */
export const LEDGER_RETENTION_MS: number = 7 * DAY_MS;

/** Pages of 8 kB that one transaction looks through. */
const TRIM_PAGES = 128;

const countPages: Statement = {
  name: "convoy_ledger_pages",
  text: "select pg_relation_size('_convoy.mutations') / current_setting('block_size')::int8",
};

/**
 * Page by page: new rows take the places of those that have been deleted, so that none of the table's
 * indexes knows where the old ones are.
 */
const deletePages: Statement = {
  name: "convoy_ledger_trim",
  text: `delete from _convoy.mutations where ctid >= $1::tid and ctid < $2::tid
  and created_at < now() - make_interval(secs => $3::float8 / 1000)`,
};

/**
 * Forgets results that no client will ask for any more, a few at a time. A mutation is in nobody's way
 * that runs meanwhile: what is deleted, none reads, and no lock is held for longer than a few pages take.
 *
 * @param pause is waited for between two transactions; where it says `false`, no more are begun.
 * @returns how many.
 */
export async function trimLedger(
  pool: Pool,
  olderThanMs: number,
  pause: () => Promise<boolean> | boolean = () => true,
): Promise<number> {
  const { rows } = await inOwnTransaction(pool, (connection) => connection.run(countPages, []));
  const pages = Number(rows[0]?.[0]);
  let trimmed = 0;
  for (let first = 0; first < pages; first += TRIM_PAGES) {
    if (first > 0 && !(await pause())) break;
    const range = [first, first + TRIM_PAGES].map((page) => `(${page},0)`);
    const { count } = await inOwnTransaction(pool, (connection) =>
      connection.run(deletePages, [...range, String(olderThanMs)]),
    );
    trimmed += count;
  }
  return trimmed;
}
