import { LEDGER_RETENTION_MS, trimLedger } from "../../database/transactions/trim-ledger.js";
import { inOwnTransaction } from "../../database/transactions/own-transaction.js";
import type { Statement } from "../../database/session/statement.js";
import type { Pool } from "../../postgres/pool/pool.js";
import type { Clock } from "../tick/clock.js";

export interface LedgerTrimmerOptions {
  readonly pool: Pool;
  /** The one under which the server has its lease. */
  readonly serverId: string;
  readonly clock: Clock;
  /** It is tried again: there is no hurry. */
  readonly onError: (error: unknown) => void;
}

/** Between two times; half of it to all of it after the start, or after one that has failed. */
const EVERY_MS = 6 * 60 * 60 * 1000;
const SOON_MS = 10 * 60 * 1000;
/** Between two transactions, so that the calls of functions have the disk to themselves. */
const PAUSE_MS = 50;

/** One is enough, so it is the first of those that have a lease. */
const isFirst: Statement = {
  name: "convoy_lease_first",
  text: "select (select server_id from _convoy.leases order by server_id limit 1) = $1::uuid",
};

/** Has the ledger forget what is old from time to time, for as long as it is not disposed. */
export function keepLedgerShort(options: LedgerTrimmerOptions): AsyncDisposable {
  const { pool, clock, onError } = options;
  let timer: unknown = null;
  let running: Promise<void> = Promise.resolve();
  let isEnded = false;
  let endPause = (): void => {};

  const pause = async (): Promise<boolean> => {
    if (!isEnded) {
      await new Promise<void>((resolve) => {
        endPause = resolve;
        timer = clock.setTimeout(resolve, PAUSE_MS);
      });
    }
    return !isEnded;
  };
  const trim = async (): Promise<void> => {
    let next = EVERY_MS;
    try {
      if (await isItsTurn(options)) await trimLedger(pool, LEDGER_RETENTION_MS, pause);
    } catch (error) {
      next = soon();
      if (!isEnded) onError(error);
    }
    wait(next);
  };
  const wait = (ms: number): void => {
    if (isEnded) return;
    timer = clock.setTimeout(() => {
      running = trim();
    }, ms);
  };
  // Servers that were started together do not trim together.
  const soon = (): number => (SOON_MS * (1 + clock.random())) / 2;

  wait(soon());
  return {
    async [Symbol.asyncDispose]() {
      isEnded = true;
      clock.clearTimeout(timer);
      endPause();
      await running;
    },
  };
}

async function isItsTurn({ pool, serverId }: LedgerTrimmerOptions): Promise<boolean> {
  const { rows } = await inOwnTransaction(pool, (connection) =>
    connection.run(isFirst, [serverId]),
  );
  return rows[0]?.[0] === "t";
}
