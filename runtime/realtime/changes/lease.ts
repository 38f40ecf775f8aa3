import type { Statement } from "../../database/session/statement.js";
import { inOwnTransaction } from "../../database/transactions/own-transaction.js";
import type { Pool } from "../../postgres/pool/pool.js";
import { CHANGES_CHANNEL } from "../../postgres/schema/change-triggers.js";
import type { Clock } from "../tick/clock.js";
import type { Fence } from "./fence.js";

export interface LeaseOptions {
  readonly pool: Pool;
  /** A UUID that no other server has. */
  readonly serverId: string;
  readonly clock: Clock;
  /** The fence from which on changes must be kept; `null` while none are needed. */
  readonly needs: () => Fence | null;
}

/** A server's claim on the change log, for as long as it is not disposed. */
export interface Lease extends AsyncDisposable {
  /** Resolves when the first try to have it has ended, whatever came of it. */
  readonly ready: Promise<void>;
  /** Renews it now, or has it anew if it was lost. It never fails: there will be a next time. */
  renew(): Promise<void>;
}

/** How often is looked whether there is something to do, and after how many looks there is. */
const LOOK_MS = 1_000;
const RENEW_LOOKS = 10;
/** Of a server that has not renewed its own for so long, nothing is kept. */
const EXPIRES_AFTER = "60 seconds";

/** Changes that one transaction deletes, and transactions at one renewal. */
const TRIM_BATCH = 5_000;
const MAX_TRIMS = 100;

const makeBoot: Statement = {
  name: "convoy_boot",
  text: "insert into _convoy.boot (id) values (gen_random_uuid()) on conflict do nothing",
};

/**
 * What was kept before is only known to be kept from then on: a lease never goes back. One that was
 * lost begins at the oldest transaction that still runs.
 *
 * A server that comes says so: others, which took themselves to be alone, find its lease from then on.
 * Of a row that was there before, the new version has an `xmax`.
 */
const renewLease: Statement = {
  name: "convoy_lease_renew",
  text: `with renewed as (
  insert into _convoy.leases as lease (server_id, needed_from, renewed_at)
  values ($1::uuid, pg_snapshot_xmin(pg_current_snapshot()), clock_timestamp())
  on conflict (server_id) do update set
    needed_from = greatest(lease.needed_from, coalesce($2::xid8, excluded.needed_from)),
    renewed_at = excluded.renewed_at
  returning xmax = 0 as is_new)
select pg_notify('${CHANGES_CHANNEL}', $1::text) from renewed where is_new`,
};

/** One that is being renewed at this moment is not expired. */
const deleteExpired: Statement = {
  name: "convoy_lease_expire",
  text: `delete from _convoy.leases where server_id in (
  select server_id from _convoy.leases
  where renewed_at < clock_timestamp() - interval '${EXPIRES_AFTER}' for update skip locked)`,
};

/** The lease of who trims is among them, so there is a smallest one. */
const deleteChanges: Statement = {
  name: "convoy_changes_trim",
  text: `delete from _convoy.changes where ctid = any(array(
  select ctid from _convoy.changes
  where xid < (select needed_from from _convoy.leases order by needed_from limit 1)
  order by xid limit ${TRIM_BATCH} for update skip locked))`,
};

const deleteLease: Statement = {
  name: "convoy_lease_end",
  text: "delete from _convoy.leases where server_id = $1::uuid",
};

/**
 * Has the change log keep what a server needs, and keeps the log short: each server deletes what
 * none needs any more. One that was away for too long loses its lease, sees that in the snapshot in
 * which it is gone (`readChanges`), and gets another.
 */
export function holdLease(options: LeaseOptions): Lease {
  const { pool, serverId, clock, needs } = options;
  let timer: unknown = null;
  let running: Promise<void> | null = null;
  let isEnded = false;

  const renew = (): Promise<void> => {
    if (isEnded) return running ?? Promise.resolve();
    clock.clearTimeout(timer);
    running ??= renewAndTrim(options)
      .then(
        () => RENEW_LOOKS,
        // The database is away, or busy.
        () => 1,
      )
      .then((looks) => {
        running = null;
        wait(looks);
      });
    return running;
  };
  const wait = (looks: number): void => {
    if (isEnded) return;
    timer = clock.setTimeout(() => {
      // What was read last has shown that the lease is gone: until there is another, every reading
      // runs everything.
      const isLost = needs()?.life === null;
      if (isLost || looks === 1) void renew();
      else wait(looks - 1);
    }, LOOK_MS);
  };

  return {
    ready: renew(),
    renew,
    async [Symbol.asyncDispose]() {
      isEnded = true;
      clock.clearTimeout(timer);
      await running;
      // Should this fail, it expires.
      const ended = inOwnTransaction(pool, (connection) => connection.run(deleteLease, [serverId]));
      await ended.catch(() => {});
    },
  };
}

async function renewAndTrim({ pool, serverId, needs }: LeaseOptions): Promise<void> {
  const trimmed = await inOwnTransaction(pool, async (connection) => {
    await connection.run(makeBoot, []);
    const fence = needs();
    await connection.run(renewLease, [serverId, fence === null ? null : String(fence.xmin)]);
    // A server sees in one snapshot that its lease is gone and that changes are, or neither.
    await connection.run(deleteExpired, []);
    return (await connection.run(deleteChanges, [])).count;
  });
  for (let last = trimmed, trims = 1; last === TRIM_BATCH && trims < MAX_TRIMS; trims += 1) {
    const { count } = await inOwnTransaction(pool, (connection) =>
      connection.run(deleteChanges, []),
    );
    last = count;
  }
}
