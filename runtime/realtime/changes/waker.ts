import type { Client } from "pg";
import { closeSocket, endClient } from "../../postgres/pool/end-client.js";
import type { Pool } from "../../postgres/pool/pool.js";
import { CHANGES_CHANNEL } from "../../postgres/schema/change-triggers.js";
import type { Clock } from "../tick/clock.js";

export interface WakerOptions {
  readonly pool: Pool;
  /** Tells the notifications of this server from those of others. */
  readonly serverId: string;
  readonly clock: Clock;
  /** Somebody else has written something, or may have. */
  readonly onWake: () => void;
}

/** Writers wait for one another at each commit with a notification: many share one. */
const NOTIFY_PAUSE_MS = 5;

const FIRST_RETRY_MS = 200;
const MAX_RETRY_MS = 10_000;

/** A server that is alone has nobody to tell. */
const notify = {
  name: "convoy_notify",
  text: `select pg_notify('${CHANGES_CHANNEL}', $1::text) from (
  select from _convoy.leases where server_id <> $1::text::uuid limit 1) as other`,
};

/**
 * Hears of changes as soon as they are made, and tells other servers of ours. It only makes things
 * quicker: poolers, standbys and lost connections swallow notifications, so nothing relies on them,
 * and nothing that goes wrong here is an error.
 */
export function createWaker(options: WakerOptions): Waker {
  return new Waker(options);
}

export class Waker implements AsyncDisposable {
  readonly #options: WakerOptions;
  /** The connection that listens, once it does. */
  #client: Client | null = null;
  #opening: Client | null = null;
  #connecting: Promise<void>;
  #failures = 0;
  #retry: unknown = null;
  #isDue = false;
  #pause: unknown = null;
  #isClosed = false;

  constructor(options: WakerOptions) {
    this.#options = options;
    this.#connecting = this.#connect();
  }

  /** Wakes the other servers, soon and once for all that was written until then. */
  notifyOthers(): void {
    this.#isDue = true;
    if (this.#pause === null) this.#notify();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { clock } = this.#options;
    this.#isClosed = true;
    clock.clearTimeout(this.#retry);
    clock.clearTimeout(this.#pause);
    if (this.#opening !== null) closeSocket(this.#opening);
    await this.#connecting;
    if (this.#client !== null) await endClient(this.#client);
  }

  /** Finds out whether the connection was lost without a word, as networks do to those that idle. */
  check(): void {
    this.#client?.query("select 1").catch(() => {});
  }

  async #connect(): Promise<void> {
    const { pool, serverId, onWake } = this.#options;
    const client = pool.createClient();
    this.#opening = client;
    client.on("notification", ({ payload }) => {
      if (payload !== serverId && !this.#isClosed) onWake();
    });
    try {
      await client.connect();
      await client.query(`listen ${CHANGES_CHANNEL}`);
    } catch {
      void endClient(client);
      this.#lost();
      return;
    } finally {
      this.#opening = null;
    }
    this.#client = client;
    client.once("end", () => this.#lost());
    if (this.#isClosed) return;
    this.#failures = 0;
    // Nobody has heard what was told until now.
    onWake();
    if (this.#isDue) this.notifyOthers();
  }

  #lost(): void {
    const { clock } = this.#options;
    this.#client = null;
    if (this.#isClosed) return;
    this.#failures += 1;
    this.#retry = clock.setTimeout(
      () => {
        this.#connecting = this.#connect();
      },
      retryMs(this.#failures, clock.random()),
    );
  }

  #notify(): void {
    const { clock, serverId } = this.#options;
    if (this.#client === null || this.#isClosed) return;
    this.#isDue = false;
    const sent = this.#client.query({ ...notify, values: [serverId] });
    this.#pause = clock.setTimeout(() => {
      void sent
        .catch(() => {})
        .then(() => {
          this.#pause = null;
          if (this.#isDue) this.#notify();
        });
    }, NOTIFY_PAUSE_MS);
    sent.catch(() => {});
  }
}

/** After failure `count`, from 1: 100–200 ms, 200–400 ms, … 5–10 s. */
function retryMs(count: number, random: number): number {
  return (Math.min(FIRST_RETRY_MS * 2 ** (count - 1), MAX_RETRY_MS) * (1 + random)) / 2;
}
