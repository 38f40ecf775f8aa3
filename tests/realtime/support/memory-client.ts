import type { WatchedQuery } from "../../../client/client.js";
import type { QueryChange, ServerMessage } from "../../../protocol/sync.js";
import type { WireJson } from "../../../protocol/wire-value.js";
import { LiveSession } from "../../../runtime/realtime/session/live-session.js";
import type { LiveQueries } from "../../../runtime/realtime/tick/live-queries.js";
import { applyChange, type Shown } from "./sync-client.js";

/** What was shown after a transition. */
export interface Moment {
  /** By the ids of watches. */
  readonly shown: ReadonlyMap<number, Shown>;
  /** The last mutation that is in it. */
  readonly mutation: number;
}

interface Sent {
  readonly text: string;
  readonly onSent: () => void;
}

interface Watched {
  readonly name: string;
  readonly args: WireJson;
}

/** A client without a network: it may take its time to receive. */
export class MemoryClient {
  readonly history: Moment[] = [];
  readonly #live: LiveQueries;
  readonly #id: string;
  readonly #watched = new Map<number, Watched>();
  readonly #listeners = new Set<() => void>();
  #session: LiveSession;
  #inbox: Sent[] = [];
  #shown = new Map<number, Shown>();
  #mutation = 0;
  #wanted = 0;
  #lastId = 0;
  #isSlow = false;
  #largestInbox = 0;

  constructor(live: LiveQueries, id: string) {
    this.#live = live;
    this.#id = id;
    this.#session = this.#connect();
  }

  get shown(): ReadonlyMap<number, Shown> {
    return this.#shown;
  }

  get mutation(): number {
    return this.#mutation;
  }

  /** The ids of what is watched. */
  get watches(): Iterable<number> {
    return this.#watched.keys();
  }

  /** The most that was on its way at the same time. */
  get largestInbox(): number {
    return this.#largestInbox;
  }

  get isSlow(): boolean {
    return this.#isSlow;
  }

  set isSlow(isSlow: boolean) {
    this.#isSlow = isSlow;
    if (!isSlow) this.#receive();
  }

  /** @returns the id of the watch. */
  watch(name: string, args: WireJson = {}): number {
    const id = ++this.#lastId;
    this.#watched.set(id, { name, args });
    this.#send(id);
    return id;
  }

  unwatch(id: number): void {
    this.#live.unwatch(this.#session, id);
    this.#watched.delete(id);
    this.#shown.delete(id);
  }

  settle(mutation: number): void {
    this.#wanted = Math.max(this.#wanted, mutation);
    this.#live.settle(this.#session, mutation);
  }

  /** What was on its way is lost; the next session is told what is there. */
  reconnect(): void {
    this.#live.end(this.#session);
    this.#session = this.#connect();
    for (const id of this.#watched.keys()) this.#send(id);
    if (this.#wanted > this.#mutation) this.#live.settle(this.#session, this.#wanted);
  }

  end(): void {
    this.#live.end(this.#session);
  }

  /** As the client of the package has it. */
  watchedQuery<Result>(name: string, args: WireJson): WatchedQuery<Result> {
    let id: number | undefined;
    return {
      key: `${name}${JSON.stringify(args)}`,
      getSnapshot: () => ({
        data: (id === undefined ? undefined : this.#shown.get(id)?.value) as Result | undefined,
        error: undefined,
        isLoading: false,
        isStale: false,
      }),
      subscribe: (listener) => {
        id ??= this.watch(name, args);
        this.#listeners.add(listener);
        return () => {
          this.#listeners.delete(listener);
          if (id !== undefined) this.unwatch(id);
        };
      },
      refetch: () => Promise.resolve(),
    };
  }

  #connect(): LiveSession {
    const inbox: Sent[] = [];
    this.#inbox = inbox;
    const outlet = {
      send: (text: string, onSent: () => void) => {
        // A connection that was lost takes what it is given, and nobody reads it.
        if (this.#inbox !== inbox) return;
        this.#inbox.push({ text, onSent });
        this.#largestInbox = Math.max(this.#largestInbox, this.#inbox.length);
        if (!this.#isSlow) this.#receive();
      },
      close: () => {},
    };
    return new LiveSession(this.#id, outlet, this.#live.texts);
  }

  #send(id: number): void {
    const { name, args } = this.#watched.get(id) as Watched;
    const hash = this.#shown.get(id)?.hash;
    const query = { id, name, args, values: args, ...(hash !== undefined && { hash }) };
    this.#live.watch(this.#session, query);
  }

  /** Takes what is on its way. */
  #receive(): void {
    for (let next = this.#inbox.shift(); next !== undefined; next = this.#inbox.shift()) {
      const message = JSON.parse(next.text) as ServerMessage;
      if (message.type === "transition") {
        this.#mutation = message.mutation ?? this.#mutation;
        this.#shown = new Map(this.#shown);
        for (const change of message.changes) this.#apply(change);
        this.history.push({ shown: new Map(this.#shown), mutation: this.#mutation });
        for (const listener of this.#listeners) listener();
      }
      next.onSent();
    }
  }

  #apply(change: QueryChange): void {
    // Nobody watches it any more.
    if (!this.#watched.has(change.id)) return;
    const before = this.#shown.get(change.id);
    if (change.hash !== undefined && !("value" in change) && !("delta" in change)) {
      if (before?.hash !== change.hash) throw new Error("The client does not have this result.");
    }
    this.#shown.set(change.id, applyChange(before, change));
  }
}
