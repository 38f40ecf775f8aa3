import type { ConvoyError } from "../../protocol/errors.js";
import { type Layer, Layers } from "./layers.js";
import { Listeners } from "./listeners.js";
import type { QueryDescription } from "./query-description.js";
import type { QueryResult, QuerySink, QuerySource } from "./query-source.js";
import { shareEqual } from "./share-equal.js";
import { IDLE, LOADING, type QuerySnapshot } from "./snapshot.js";

/** How many results are kept that nobody watches, and for how long. */
export const MAX_UNWATCHED = 100;
export const UNWATCHED_MS = 300_000;

interface Entry {
  readonly query: QueryDescription;
  readonly listeners: Listeners;
  /** How many of the listeners want the result to be kept up to date. */
  watchers: number;
  /** Whether the source has been told to keep it up to date. */
  isSourced: boolean;
  value: unknown;
  hash: string | undefined;
  error: ConvoyError | undefined;
  includes: number;
  isPending: boolean;
  isOutdated: boolean;
  snapshot: QuerySnapshot<unknown>;
}

/**
 * The results of queries, shared by all who watch. It knows nothing of frameworks, nor of where
 * results come from.
 */
export class QueryStore implements QuerySink {
  readonly #entries = new Map<string, Entry>();
  /** Since when entries have had no listeners, those that lost them first coming first. */
  readonly #unwatched = new Map<string, number>();
  readonly #layers = new Layers(this.#entries);
  readonly #source: QuerySource;
  readonly #now: () => number;

  constructor(connect: (sink: QuerySink) => QuerySource, now: () => number) {
    this.#source = connect(this);
    this.#now = now;
  }

  /**
   * What is known of a query. With `isLive`, as for a watcher: one that has only just come is told
   * that its result is loading, before anything has been asked for.
   */
  snapshot(query: QueryDescription, isLive: boolean): QuerySnapshot<unknown> {
    this.#forget();
    const snapshot = this.#entries.get(query.key)?.snapshot ?? IDLE;
    const isNothing = snapshot.data === undefined && snapshot.error === undefined;
    return isLive && isNothing ? LOADING : snapshot;
  }

  /**
   * Calls `listener` after changes of the snapshot, until the function that it returns is called.
   * With `isLive`, the result is kept up to date; without, others may do that.
   */
  watch(query: QueryDescription, listener: () => void, isLive: boolean): () => void {
    const entry = this.#findOrAdd(query);
    const remove = entry.listeners.add(listener);
    this.#unwatched.delete(query.key);
    if (isLive) entry.watchers++;
    if (isLive && !entry.isSourced) {
      entry.isSourced = true;
      this.#source.watch(query, entry);
    }
    let isStopped = false;
    return () => {
      if (isStopped) return;
      isStopped = true;
      remove();
      if (isLive) entry.watchers--;
      // Not at once: whoever takes over in the same step of the program needs no new result.
      queueMicrotask(() => this.#release(entry));
    };
  }

  /** Gets a new result. Resolves when it, or an error, is shown. */
  async refetch(query: QueryDescription): Promise<void> {
    const entry = this.#findOrAdd(query);
    await this.#source.refetch(query, entry);
    this.#release(entry);
  }

  markPending(keys: readonly string[]): void {
    for (const key of keys) {
      const entry = this.#entries.get(key);
      if (entry === undefined) continue;
      entry.isPending = true;
      this.#show(entry);
    }
  }

  apply(results: readonly QueryResult[], includes: number): void {
    for (const { key, value, hash, error } of results) {
      const entry = this.#entries.get(key);
      if (entry === undefined) continue;
      entry.error = error;
      entry.isPending = false;
      entry.isOutdated = error !== undefined;
      if (error === undefined) Object.assign(entry, { value, hash, includes });
    }
    for (const entry of this.#entries.values()) {
      if (entry.isSourced && !entry.isPending) entry.includes = Math.max(entry.includes, includes);
    }
    this.#replay(results.map(({ key }) => key));
  }

  /** Shows what a mutation will do, until `dropLayer`. @throws what the layer throws. */
  addLayer(mutationId: number, layer: Layer): void {
    this.#layers.add(mutationId, layer);
    this.#replay([]);
  }

  dropLayer(mutationId: number): void {
    if (this.#layers.drop(mutationId)) this.#replay([]);
  }

  /**
   * After the answer to a mutation: drops its layer when what is watched shows its effect. Resolves
   * then, or when the server that would tell of it cannot be reached.
   */
  settle(mutationId: number): Promise<void> {
    for (const entry of this.#entries.values()) {
      if (!entry.isSourced) this.#outdate(entry);
    }
    return this.#source.settle(mutationId, () => this.dropLayer(mutationId));
  }

  close(): void {
    this.#source.close();
  }

  #findOrAdd(query: QueryDescription): Entry {
    this.#forget();
    const found = this.#entries.get(query.key);
    if (found !== undefined) return found;
    const entry: Entry = {
      query,
      listeners: new Listeners(),
      watchers: 0,
      isSourced: false,
      value: undefined,
      hash: undefined,
      error: undefined,
      includes: 0,
      isPending: false,
      isOutdated: false,
      snapshot: IDLE,
    };
    this.#entries.set(query.key, entry);
    return entry;
  }

  /** Lets go of what an entry no longer needs. */
  #release(entry: Entry): void {
    const { query, listeners } = entry;
    if (entry.watchers === 0 && entry.isSourced) {
      entry.isSourced = false;
      entry.isPending = false;
      this.#source.unwatch(query);
      this.#outdate(entry);
    }
    if (listeners.size > 0 || this.#entries.get(query.key) !== entry) return;
    this.#unwatched.delete(query.key);
    if (entry.value === undefined) this.#entries.delete(query.key);
    else this.#unwatched.set(query.key, this.#now());
    this.#forget();
  }

  /** Forgets results that nobody has watched for long, and more than there may be. */
  #forget(): void {
    for (const [key, since] of this.#unwatched) {
      const isExpired = this.#now() - since > UNWATCHED_MS;
      if (!isExpired && this.#unwatched.size <= MAX_UNWATCHED) return;
      this.#unwatched.delete(key);
      this.#entries.delete(key);
    }
  }

  #outdate(entry: Entry): void {
    entry.isOutdated = true;
    this.#show(entry);
  }

  /** Runs the optimistic updates again, and shows what came of it and the results `keys`. */
  #replay(keys: readonly string[]): void {
    for (const key of new Set([...this.#layers.replay(), ...keys])) {
      const entry = this.#entries.get(key);
      if (entry !== undefined) this.#show(entry);
    }
  }

  #show(entry: Entry): void {
    const { snapshot: before, error, isPending, isOutdated } = entry;
    const data = this.#layers.get(entry.query.key);
    const snapshot = shareEqual(before, {
      data,
      error,
      isLoading: isPending && data === undefined && error === undefined,
      isStale: (isPending || isOutdated) && data !== undefined,
    });
    if (snapshot === before) return;
    entry.snapshot = snapshot as QuerySnapshot<unknown>;
    entry.listeners.notify();
  }
}
