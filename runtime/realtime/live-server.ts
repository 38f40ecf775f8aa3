import { randomUUID } from "node:crypto";
import { ConvoyError } from "../../protocol/errors.js";
import {
  CLOSE_REFUSED,
  CLOSE_RESTART,
  type QueryChange,
  SYNC_PING_MS,
} from "../../protocol/sync.js";
import type { Pool } from "../postgres/pool/pool.js";
import { holdLease, type Lease } from "./changes/lease.js";
import { keepLedgerShort } from "./changes/ledger-trimmer.js";
import { createWaker, type Waker } from "./changes/waker.js";
import type { LiveQuery } from "./query/live-query.js";
import type { ErrorResult } from "./query/result.js";
import { ResultTexts } from "./query/result-texts.js";
import { LiveSession, type Outlet } from "./session/live-session.js";
import { type ReadQuery, readMessages } from "./session/read-messages.js";
import { type Clock, realClock } from "./tick/clock.js";
import { type LiveCounts, type LiveProgram, LiveQueries } from "./tick/live-queries.js";
import { Ticker } from "./tick/ticker.js";

export interface LiveServerOptions {
  readonly pool: Pool;
  readonly program: () => Promise<LiveProgram>;
  readonly limits: LiveLimits;
  /** Makes the result of a query that has thrown, and tells the log. */
  readonly failed: (name: string, error: unknown) => ErrorResult;
  /** What goes wrong besides, and passes: the database is away. */
  readonly onError: (error: unknown) => void;
  /** What is old could not be deleted; there will be a next time. */
  readonly onTrimError: (error: unknown) => void;
  readonly clock?: Clock;
}

interface Started {
  readonly lease: Lease;
  readonly waker: Waker;
  readonly trimmer: AsyncDisposable;
}

export interface LiveLimits {
  /** Clients that are connected at the same time. */
  readonly liveSessions: number;
  /** Queries that one client watches at the same time. */
  readonly watchesPerSession: number;
}

/**
 * Letters of the arguments that one client watches. What they are is kept for as long as it likes, and
 * of whoever comes: no more of it than this.
 */
const MAX_WATCHED_LENGTH = 16 * 1024 * 1024;

/** Letters about queries that are too many which may wait until the client reads them. */
const MAX_REFUSED_LENGTH = 1024 * 1024;

/** Keeps the results of queries up to date for the clients that are connected. */
export class LiveServer implements AsyncDisposable {
  readonly #options: LiveServerOptions;
  readonly #clock: Clock;
  readonly #queries: LiveQueries;
  readonly #ticker: Ticker;
  readonly #sessions = new Map<string, LiveSession>();
  readonly #byClient = new Map<string, Set<LiveSession>>();
  readonly #serverId = randomUUID();
  /** What an idle server does without. */
  #started: Started | null = null;
  #pinging: unknown = null;
  #isClosed = false;

  constructor(options: LiveServerOptions) {
    const { pool, program, failed, onError, clock = realClock } = options;
    const serverId = this.#serverId;
    this.#options = options;
    this.#clock = clock;
    const texts = new ResultTexts();
    this.#queries = new LiveQueries({ pool, program, failed, serverId, clock, texts });
    this.#ticker = new Ticker({
      clock,
      tick: () => this.#queries.tick(),
      isNeeded: () => this.#queries.size > 0 || this.#queries.isDue,
      onError,
    });
  }

  get counts(): LiveCounts & { readonly sessions: number; readonly queries: number } {
    return {
      ...this.#queries.counts,
      sessions: this.#sessions.size,
      queries: this.#queries.size,
    };
  }

  /** A client has come. @throws {ConvoyError} `server-busy`, `server-shutting-down`. */
  connect(outlet: Outlet): LiveSession {
    if (this.#isClosed) throw shuttingDown();
    if (this.#sessions.size >= this.#options.limits.liveSessions) throw tooManySessions();
    this.#start();
    const session = new LiveSession(randomUUID(), outlet, this.#queries.texts);
    this.#sessions.set(session.id, session);
    this.#pinging ??= this.#clock.setTimeout(this.#ping, SYNC_PING_MS);
    session.tell({ type: "connected", session: session.id });
    return session;
  }

  session(id: string): LiveSession | undefined {
    return this.#sessions.get(id);
  }

  /**
   * Takes what a client has sent at once.
   *
   * @throws {ConvoyError} for what no client may send; the session then is to be refused.
   */
  receive(session: LiveSession, text: string): void {
    if (session.isClosed) return;
    const left = new Set<LiveQuery>();
    for (const message of readMessages(text)) {
      if (message.type === "connect") this.#identify(session, message.clientId);
      else if (session.clientId === null) throw notConnected();
      else if (message.type === "watch") this.#watch(session, message.queries, left);
      else if (message.type === "unwatch") {
        for (const id of message.ids) {
          const query = this.#queries.unwatch(session, id);
          if (query !== undefined) left.add(query);
        }
      } else this.#queries.settle(session, message.mutation);
    }
    if (this.#queries.isDue) this.#ticker.wake();
  }

  /** A client has gone, or its connection was lost. */
  disconnect(session: LiveSession): void {
    if (!this.#sessions.delete(session.id)) return;
    this.#queries.end(session);
    const { clientId } = session;
    if (clientId === null) return;
    const others = this.#byClient.get(clientId);
    if (others?.delete(session) && others.size === 0) this.#byClient.delete(clientId);
  }

  /** Tells a client what it did, and closes its connection. */
  refuse(session: LiveSession, problem: Parameters<LiveSession["refuse"]>[0]): void {
    this.disconnect(session);
    session.refuse(problem, CLOSE_REFUSED);
  }

  /** A mutation of this process may have committed; with the id of it, it has. */
  mutated(id: { readonly clientId: string; readonly mutationId: string } | undefined): void {
    const mutation = Number(id?.mutationId);
    if (id !== undefined && Number.isSafeInteger(mutation)) {
      for (const session of this.#byClient.get(id.clientId) ?? []) {
        this.#queries.settle(session, mutation);
      }
    }
    if (this.#isClosed) return;
    if (id === undefined) this.#ticker.wake();
    else this.#ticker.wakeNow();
    this.#start().waker.notifyOthers();
  }

  /** The code has been replaced: every query runs again. */
  replaced(): void {
    this.#ticker.wake();
  }

  /** Sends every client to another server, or to this one once it is back. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#clock.clearTimeout(this.#pinging);
    for (const session of this.#sessions.values()) {
      this.disconnect(session);
      session.close(CLOSE_RESTART, "server-shutting-down");
    }
    await this.#ticker.stop();
    if (this.#started === null) return;
    await Promise.all(Object.values(this.#started).map((each) => each[Symbol.asyncDispose]()));
  }

  /** At the first client, or the first mutation. */
  #start(): Started {
    if (this.#started === null) {
      const { pool, onTrimError: onError } = this.#options;
      const [clock, serverId] = [this.#clock, this.#serverId];
      const lease = holdLease({ pool, serverId, clock, needs: () => this.#queries.fence });
      const waker = createWaker({ pool, serverId, clock, onWake: this.#ticker.wakeNow });
      const trimmer = keepLedgerShort({ pool, serverId, clock, onError });
      this.#started = { lease, waker, trimmer };
    }
    return this.#started;
  }

  /** Those that are too many fail, and no others. */
  #watch(session: LiveSession, queries: readonly ReadQuery[], left: ReadonlySet<LiveQuery>): void {
    const { watchesPerSession } = this.#options.limits;
    const refused: QueryChange[] = [];
    const refuse = ({ id, name }: ReadQuery, error: ConvoyError): void => {
      const { problem } = this.#options.failed(name, error);
      refused.push({ id, error: problem });
    };
    for (const query of queries) {
      if (session.watches.has(query.id)) throw notConnected();
      if (session.watches.size >= watchesPerSession) {
        refuse(query, tooManyWatches(watchesPerSession));
        continue;
      }
      this.#queries.watch(session, query, left);
      if (session.watchedLength <= MAX_WATCHED_LENGTH) continue;
      this.#queries.unwatch(session, query.id);
      refuse(query, tooMuchWatched());
    }
    if (refused.length === 0) return;
    if (session.refusedLength > MAX_REFUSED_LENGTH) throw tooManyWatches(watchesPerSession);
    session.refuseWatches(refused);
  }

  #identify(session: LiveSession, clientId: string): void {
    if (session.clientId !== null) throw notConnected();
    session.clientId = clientId;
    const others = this.#byClient.get(clientId);
    if (others === undefined) this.#byClient.set(clientId, new Set([session]));
    else others.add(session);
  }

  readonly #ping = (): void => {
    this.#pinging = null;
    if (this.#sessions.size === 0) return;
    for (const session of this.#sessions.values()) session.ping();
    this.#started?.waker.check();
    this.#pinging = this.#clock.setTimeout(this.#ping, SYNC_PING_MS);
  };
}

function notConnected(): ConvoyError {
  return new ConvoyError(
    "invalid-sync-message",
    "A session begins with one `connect`, and each query that it watches has an id of its own. Let client and server have the same version of Convoy.",
    { status: 400 },
  );
}

function tooManyWatches(limit: number): ConvoyError {
  return new ConvoyError(
    "too-many-queries",
    `A client may watch ${limit} queries at the same time. Watch fewer, or let one query return more.`,
    { status: 429 },
  );
}

function tooMuchWatched(): ConvoyError {
  return new ConvoyError(
    "too-many-queries",
    "All queries that a client watches at the same time may have 16 MB of arguments. Watch fewer, or pass less to each.",
    { status: 429 },
  );
}

function tooManySessions(): ConvoyError {
  return new ConvoyError(
    "server-busy",
    "The server has as many clients as it may have. Try again in a moment.",
    { status: 503, retryable: true },
  );
}

function shuttingDown(): ConvoyError {
  return new ConvoyError(
    "server-shutting-down",
    "The server is shutting down. Try again: another one, or the next, will answer.",
    { status: 503, retryable: true },
  );
}
