import { ConvoyError } from "../../../protocol/errors.js";
import type { ClientMessage, Transition, WatchedQueryMessage } from "../../../protocol/sync.js";
import type { WireJson } from "../../../protocol/wire-value.js";
import type { ClientEnvironment } from "../../environment.js";
import type { QueryDescription } from "../../store/query-description.js";
import type { KnownResult, QuerySink, QuerySource } from "../../store/query-source.js";
import { LiveConnection, type LiveConnectionOptions } from "./live-connection.js";
import { MAX_SYNC_LENGTH, outgoing } from "./outgoing.js";
import { type LiveResult, readChange } from "./read-change.js";

/** How often a connection fails in a row before those that wait for a result are told. */
export const GIVE_UP_FAILURES = 3;

export interface LiveQueriesOptions extends Pick<LiveConnectionOptions, "url" | "onStatus"> {
  readonly clientId: string;
  readonly environment: ClientEnvironment;
  readonly sink: QuerySink;
}

interface LiveQuery {
  readonly query: QueryDescription;
  /** The client's name for it. */
  id: number;
  /** Names from before a refetch, under which results come until there is one under the new name. */
  formerIds: number[];
  /** What the server gave last, shown or not. */
  result: LiveResult;
  isWatched: boolean;
  /** Whether this session has given a result. */
  isAnswered: boolean;
  /** Who waits for an answer. */
  askers: Array<() => void>;
}

/** A mutation that was answered, and whose effect is to be shown. */
interface Waiter {
  readonly mutation: number;
  /** The last query that must show it: those that come later begin with it. */
  readonly lastId: number;
  readonly onShown: () => void;
  readonly resolve: () => void;
}

/** Results that the server sends whenever they change, all of them of one snapshot. */
export class LiveQueries implements QuerySource {
  readonly #options: LiveQueriesOptions;
  readonly #connection: LiveConnection;
  readonly #queries = new Map<string, LiveQuery>();
  /** By the names that the server has for them. */
  readonly #byId = new Map<number, LiveQuery>();
  readonly #toWatch = new Set<LiveQuery>();
  #toUnwatch: number[] = [];
  #toSettle = 0;
  #isSending = false;
  /** Those with a newer result than is shown. */
  readonly #changed = new Set<LiveQuery>();
  readonly #waiters = new Set<Waiter>();
  #lastId = 0;
  /** Nothing is shown before all queries up to this that had a result have one of the new session. */
  #resumedId = 0;
  /** The last mutation whose effect the server says is there. */
  #mutation = 0;
  #isClosed = false;

  constructor(options: LiveQueriesOptions) {
    this.#options = options;
    this.#connection = new LiveConnection({
      ...options,
      onOpen: () => this.#open(),
      onTransition: (transition) => this.#apply(transition),
      onLost: (error, failures) => this.#lose(error, failures),
    });
  }

  /** Whether there is a connection, or will be. */
  get isActive(): boolean {
    return this.#connection.isActive;
  }

  watch(query: QueryDescription, known: KnownResult): void {
    this.#findOrAdd(query, known).isWatched = true;
  }

  unwatch(query: QueryDescription): void {
    const live = this.#queries.get(query.key);
    if (live === undefined) return;
    live.isWatched = false;
    this.#release(live);
  }

  refetch(query: QueryDescription, known: KnownResult): Promise<void> {
    const live = this.#findOrAdd(query, known);
    if (this.#queries.get(query.key) !== live) return Promise.resolve();
    if (this.#byId.has(live.id)) {
      live.formerIds.push(live.id);
      this.#toUnwatch.push(live.id);
      live.id = ++this.#lastId;
      live.isAnswered = false;
      this.#toWatch.add(live);
      this.#schedule();
    }
    return new Promise((resolve) => {
      live.askers.push(resolve);
    });
  }

  settle(mutation: number, onShown: () => void): Promise<void> {
    return new Promise((resolve) => {
      this.#waiters.add({ mutation, lastId: this.#lastId, onShown, resolve });
      this.#toSettle = mutation;
      this.#endWaiting();
      if (this.#waiters.size > 0) this.#schedule();
    });
  }

  close(): void {
    this.#isClosed = true;
    this.#connection.close();
    for (const live of this.#queries.values()) {
      live.isWatched = false;
      this.#answer(live);
    }
  }

  #findOrAdd(query: QueryDescription, { value, hash }: KnownResult): LiveQuery {
    const { key, body } = query;
    const found = this.#queries.get(key);
    // Who has asked for it may have stopped watching since, and forgotten that it is on its way.
    if (found?.isAnswered === false) this.#options.sink.markPending([key]);
    if (found !== undefined) return found;
    const live: LiveQuery = {
      query,
      id: ++this.#lastId,
      formerIds: [],
      result: { value, hash, error: undefined },
      isWatched: false,
      isAnswered: false,
      askers: [],
    };
    if (this.#isClosed) return live;
    if (body.length > MAX_SYNC_LENGTH) {
      this.#fail([live], argsTooLong(query));
      return live;
    }
    this.#queries.set(key, live);
    this.#options.sink.markPending([key]);
    this.#toWatch.add(live);
    this.#connection.want(true);
    this.#schedule();
    return live;
  }

  /** Lets go of a query that nobody needs. */
  #release(live: LiveQuery): void {
    const { query, id, formerIds } = live;
    if (live.isWatched || live.askers.length > 0 || this.#queries.get(query.key) !== live) return;
    this.#queries.delete(query.key);
    this.#changed.delete(live);
    this.#toWatch.delete(live);
    if (this.#byId.has(id)) this.#toUnwatch.push(id);
    for (const name of [id, ...formerIds]) this.#byId.delete(name);
    if (this.#queries.size === 0) this.#connection.want(false);
    this.#schedule();
    // Others may have waited for it.
    this.#show();
  }

  /** Sends what is to be sent, all that this step of the program brings at once. */
  #schedule(): void {
    if (this.#isSending) return;
    this.#isSending = true;
    queueMicrotask(() => {
      this.#isSending = false;
      if (this.#connection.isOpen) this.#send([]);
    });
  }

  #send(messages: ClientMessage[]): void {
    if (this.#toUnwatch.length > 0) messages.push({ type: "unwatch", ids: this.#toUnwatch });
    const queries = Array.from(this.#toWatch, (live) => this.#describe(live));
    if (queries.length > 0) messages.push({ type: "watch", queries });
    if (this.#toSettle > this.#mutation) {
      messages.push({ type: "settle", mutation: this.#toSettle });
    }
    this.#toUnwatch = [];
    this.#toWatch.clear();
    this.#toSettle = 0;
    if (messages.length === 0) return;
    for (const text of outgoing(messages)) this.#connection.send(text);
  }

  #describe(live: LiveQuery): WatchedQueryMessage {
    const { id, query, result, formerIds } = live;
    const { hash } = result;
    this.#byId.set(id, live);
    // Who asks again shall have the result anew; and what it is by then may not be this one.
    const known = hash === undefined || formerIds.length > 0 ? {} : { hash };
    return { id, name: query.name, args: JSON.parse(query.body) as WireJson, ...known };
  }

  #open(): void {
    this.#byId.clear();
    this.#toUnwatch = [];
    for (const live of this.#queries.values()) this.#toWatch.add(live);
    this.#resumedId = this.#lastId;
    this.#toSettle = Math.max(0, ...Array.from(this.#waiters, ({ mutation }) => mutation));
    this.#send([{ type: "connect", clientId: this.#options.clientId }]);
  }

  /** @throws for a transition that is none, of which nothing then is applied. */
  #apply({ mutation = 0, changes }: Transition): void {
    const read = changes.flatMap((change) => {
      const live = this.#byId.get(change.id);
      // Nobody watches it any more, which the server did not know yet.
      return live === undefined
        ? []
        : [{ id: change.id, live, result: readChange(change, live.result) }];
    });
    for (const { id, live, result } of read) {
      live.result = result;
      this.#changed.add(live);
      if (id !== live.id) continue;
      live.isAnswered = true;
      for (const former of live.formerIds.splice(0)) this.#byId.delete(former);
    }
    this.#mutation = Math.max(this.#mutation, mutation);
    this.#show();
  }

  #show(): void {
    if (this.#isRefetching) return;
    if (this.#isWaitingFor(this.#resumedId, ({ result }) => result.value !== undefined)) return;
    this.#resumedId = 0;
    const changed = [...this.#changed];
    this.#changed.clear();
    this.#options.sink.apply(
      changed.map(({ query: { key }, result }) => ({ key, ...result })),
      this.#mutation,
    );
    for (const live of changed) {
      if (live.isAnswered) this.#answer(live);
    }
    this.#endWaiting();
  }

  /**
   * Whether the server may know a query by its new name alone, and be in a tick that began before: what
   * that one tells of the others is newer than what is shown of this one.
   */
  get #isRefetching(): boolean {
    return [...this.#queries.values()].some(
      ({ formerIds, result }) => formerIds.length > 0 && result.value !== undefined,
    );
  }

  #isWaitingFor(lastId: number, isConcerned: (live: LiveQuery) => boolean): boolean {
    if (lastId === 0) return false;
    const unanswered = (live: LiveQuery): boolean => !live.isAnswered && live.id <= lastId;
    return [...this.#queries.values()].some((live) => unanswered(live) && isConcerned(live));
  }

  #answer(live: LiveQuery): void {
    for (const resolve of live.askers.splice(0)) resolve();
    this.#release(live);
  }

  #endWaiting(): void {
    for (const waiter of this.#waiters) {
      const { mutation, lastId, onShown, resolve } = waiter;
      const isShown = this.#resumedId === 0 && mutation <= this.#mutation && !this.#isRefetching;
      if (this.#queries.size > 0 && !(isShown && !this.#isWaitingFor(lastId, () => true))) continue;
      this.#waiters.delete(waiter);
      onShown();
      resolve();
    }
  }

  #lose(error: ConvoyError, failures: number): void {
    const all = [...this.#queries.values()];
    this.#byId.clear();
    // What has come and is not shown may be old by the time that it would be; it comes again.
    this.#changed.clear();
    for (const live of all) {
      live.isAnswered = false;
      live.formerIds = [];
    }
    this.#options.sink.markPending(all.map(({ query }) => query.key));
    if (error.retryable && failures < GIVE_UP_FAILURES) return;
    // Who has a result keeps it: that the connection is lost says its own state.
    const isWaiting = ({ result, askers }: LiveQuery): boolean =>
      result.value === undefined || askers.length > 0;
    this.#fail(error.retryable ? all.filter(isWaiting) : all, error);
    for (const { resolve } of this.#waiters) resolve();
  }

  #fail(failed: readonly LiveQuery[], error: ConvoyError): void {
    this.#options.sink.apply(
      failed.map(({ query: { key } }) => ({ key, error })),
      0,
    );
    for (const live of failed) {
      for (const resolve of live.askers.splice(0)) resolve();
      if (!live.isWatched) this.#release(live);
    }
  }
}

function argsTooLong({ name }: QueryDescription): ConvoyError {
  return new ConvoyError(
    "args-too-long",
    `The arguments of the query "${name}" are longer than live queries may have. Call client.query instead.`,
    { status: 413 },
  );
}
