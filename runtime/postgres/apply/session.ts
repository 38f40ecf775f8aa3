import type { Client } from "pg";
import type { RetryTiming } from "../../database/transactions/retry.js";
import { lockTaken } from "./failures.js";
import type { Pause } from "./pause.js";

/** What the parts of a run share. */
export interface SyncSession {
  readonly client: Client;
  /** The schema of the project's tables. */
  readonly schema: string;
  readonly timing: RetryTiming;
  readonly pause: Pause;
}

/**
 * Roles and databases have defaults of their own. Statements here may take long, and qualify every
 * name, so that nothing else can be meant.
 */
const settings = `
set application_name = 'convoy sync';
set search_path = pg_catalog;
set timezone = 'UTC';
set client_min_messages = warning;
set statement_timeout = 0;
set idle_in_transaction_session_timeout = 0;
set default_transaction_read_only = off;
set default_transaction_isolation = 'read committed'`;

export async function prepareSession(client: Client): Promise<void> {
  await client.query(settings);
}

/** "convoy" in ASCII. Advisory locks belong to one database. */
const LOCK_KEY = "109326549218681";
const LOCK_POLL_MS = 100;

/**
 * Takes the lock that only one run has at a time, for as long as the connection lives. It is polled:
 * whoever waits inside `pg_advisory_lock()` has a snapshot, for which the other's CREATE INDEX
 * CONCURRENTLY waits in turn, until one of them is the victim of the deadlock.
 */
export async function takeLock(
  { client, timing }: SyncSession,
  patienceMs: number,
  onWait: () => void,
): Promise<void> {
  for (let waited = 0; ; ) {
    const { rows } = await client.query<{ taken: boolean }>(
      "select pg_try_advisory_lock($1) as taken",
      [LOCK_KEY],
    );
    if (rows[0]?.taken === true) return;
    if (waited === 0) onWait();
    if (waited >= patienceMs) throw lockTaken(waited);
    const pause = LOCK_POLL_MS * (0.5 + timing.random());
    await timing.delay(pause);
    waited += pause;
  }
}
