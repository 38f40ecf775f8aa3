import type { QueryChange, ServerMessage } from "../../../protocol/sync.js";
import type { WireJson } from "../../../protocol/wire-value.js";
import type { LiveQueries } from "../../../runtime/realtime/tick/live-queries.js";
import { LiveSession } from "../../../runtime/realtime/session/live-session.js";
import { applyChange, type Shown } from "./sync-client.js";

/** A client without a network: it may take its time to receive. */
export class MemoryClient {
  readonly session: LiveSession;
  /** What was shown after each transition, by the ids of watches. */
  readonly history: ReadonlyMap<number, Shown>[] = [];
  /** The last mutation that is in what is shown. */
  mutation = 0;
  readonly #live: LiveQueries;
  readonly #inbox: { text: string; onSent: () => void }[] = [];
  #shown = new Map<number, Shown>();
  #isSlow = false;
  #largestInbox = 0;

  constructor(live: LiveQueries, id: string) {
    this.#live = live;
    const outlet = {
      send: (text: string, onSent: () => void) => {
        this.#inbox.push({ text, onSent });
        this.#largestInbox = Math.max(this.#largestInbox, this.#inbox.length);
        if (!this.#isSlow) this.receive();
      },
      close: () => {},
    };
    this.session = new LiveSession(id, outlet, live.texts);
  }

  get shown(): ReadonlyMap<number, Shown> {
    return this.#shown;
  }

  /** The most that was on its way at the same time. */
  get largestInbox(): number {
    return this.#largestInbox;
  }

  set isSlow(isSlow: boolean) {
    this.#isSlow = isSlow;
    if (!isSlow) this.receive();
  }

  watch(id: number, name: string, args: WireJson = {}, hash?: string): void {
    const query = { id, name, args, values: args, ...(hash !== undefined && { hash }) };
    this.#live.watch(this.session, query);
  }

  unwatch(id: number): void {
    this.#live.unwatch(this.session, id);
    // What is still on its way is of no interest any more.
    this.receive();
    this.#shown.delete(id);
  }

  settle(mutation: number): void {
    this.#live.settle(this.session, mutation);
  }

  /** Takes what is on its way. */
  receive(): void {
    for (let next = this.#inbox.shift(); next !== undefined; next = this.#inbox.shift()) {
      const message = JSON.parse(next.text) as ServerMessage;
      if (message.type === "transition") {
        this.mutation = message.mutation ?? this.mutation;
        this.#shown = new Map(this.#shown);
        for (const change of message.changes) this.#apply(change);
        this.history.push(this.#shown);
      }
      next.onSent();
    }
  }

  #apply(change: QueryChange): void {
    this.#shown.set(change.id, applyChange(this.#shown.get(change.id), change));
  }
}
