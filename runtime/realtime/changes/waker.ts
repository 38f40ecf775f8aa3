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

/**
 * A server that has found itself alone does not look again for so long. Whoever comes says so with its
 * lease (`holdLease`), and ends that; should nobody hear it, it still looks for itself (`POLL_MS`).
 */
const ALONE_MS = 1_000;

const FIRST_RETRY_MS = 200;
const MAX_RETRY_MS = 10_000;

/** A server that is alone has nobody to tell: it is told so by no row. */
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
  /** Whether the pause is that of a server that is alone. */
  #isAlone = false;
  /** How often another server was heard of, or may have been missed. */
  #othersHeard = 0;
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
      if (payload === serverId || this.#isClosed) return;
      // A writer that is no server has no name.
      if (payload !== "") this.#mayHaveCompany();
      onWake();
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
    this.#mayHaveCompany();
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
    const othersHeard = this.#othersHeard;
    const sent = this.#client.query({ ...notify, values: [serverId] }).then(
      ({ rowCount }) => rowCount === 0,
      () => false,
    );
    this.#pause = clock.setTimeout(() => {
      void sent.then((foundNobody) => {
        if (this.#isClosed) return;
        this.#isAlone = foundNobody && othersHeard === this.#othersHeard;
        if (this.#isAlone) this.#pause = clock.setTimeout(() => this.#goOn(), ALONE_MS);
        else this.#goOn();
      });
    }, NOTIFY_PAUSE_MS);
  }

  #goOn(): void {
    this.#pause = null;
    this.#isAlone = false;
    if (this.#isDue) this.#notify();
  }

  #mayHaveCompany(): void {
    this.#othersHeard += 1;
    if (!this.#isAlone) return;
    this.#options.clock.clearTimeout(this.#pause);
    this.#goOn();
  }
}

/** After failure `count`, from 1: 100–200 ms, 200–400 ms, … 5–10 s. */
function retryMs(count: number, random: number): number {
  return (Math.min(FIRST_RETRY_MS * 2 ** (count - 1), MAX_RETRY_MS) * (1 + random)) / 2;
}
