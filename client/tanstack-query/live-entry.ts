import type { Query, QueryClient } from "@tanstack/query-core";
import type { ConvoyError } from "../../protocol/errors.js";
import type { WatchedQuery } from "../client.js";

interface Waiter {
  resolve(result: unknown): void;
  reject(error: unknown): void;
}

/** One entry of a cache, which has the results of one query while something uses it. */
export class LiveEntry {
  readonly #queryClient: QueryClient;
  readonly #query: Query;
  readonly #watched: WatchedQuery<unknown>;
  readonly #waiters = new Set<Waiter>();
  #stop: (() => void) | null = null;
  #data: unknown;
  #error: ConvoyError | undefined;
  /** Whether the cache is to ask why there is no result, which is known. */
  #isFailing = false;

  constructor(queryClient: QueryClient, query: Query, watched: WatchedQuery<unknown>) {
    this.#queryClient = queryClient;
    this.#query = query;
    this.#watched = watched;
  }

  get isLive(): boolean {
    return this.#stop !== null;
  }

  start(): void {
    this.#stop ??= this.#watched.subscribe(() => this.#tell());
  }

  /** Ends it if nothing uses it, but not at once: what takes over comes in the same step. */
  rest(): void {
    queueMicrotask(() => {
      if (this.#query.getObserversCount() > 0 || this.#waiters.size > 0) return;
      this.#stop?.();
      this.#stop = null;
    });
  }

  async result(signal: AbortSignal): Promise<unknown> {
    const { data, isStale, error } = this.#watched.getSnapshot();
    const isKnown = this.isLive && (error !== undefined || (data !== undefined && !isStale));
    const isAsked = isKnown && !this.#isFailing;
    this.#isFailing = false;
    this.start();
    // One who asks again shall have what is asked for now.
    if (isAsked) await this.#watched.refetch();
    const result = new Promise((resolve, reject) => {
      const waiter = { resolve, reject };
      this.#waiters.add(waiter);
      const abort = (): void => {
        this.#waiters.delete(waiter);
        reject(signal.reason as Error);
        this.rest();
      };
      if (signal.aborted) abort();
      else signal.addEventListener("abort", abort, { once: true });
    });
    this.#answer();
    return result;
  }

  #tell(): void {
    const { data, error } = this.#watched.getSnapshot();
    const isNew = data !== this.#data || (this.#error !== undefined && error === undefined);
    const isFailure = error !== undefined && error !== this.#error;
    const isAwaited = this.#waiters.size > 0;
    this.#data = data;
    this.#error = error;
    this.#answer();
    if (data !== undefined && isNew) this.#queryClient.setQueryData(this.#query.queryKey, data);
    if (isFailure && !isAwaited) this.#fail();
  }

  #answer(): void {
    const { data, error, isStale } = this.#watched.getSnapshot();
    if (error === undefined && (data === undefined || isStale)) return;
    for (const { resolve, reject } of this.#waiters) {
      if (error === undefined) resolve(data);
      else reject(error);
    }
    this.#waiters.clear();
    this.rest();
  }

  /** Only a fetch can give an entry an error. */
  #fail(): void {
    this.#isFailing = true;
    // The cache has the error; nobody waits for this promise.
    this.#query.fetch().catch(() => {});
  }
}
