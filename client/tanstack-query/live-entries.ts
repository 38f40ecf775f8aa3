import type { Query, QueryCache, QueryClient, QueryKey } from "@tanstack/query-core";
import type { WatchedQuery } from "../client.js";
import { LiveEntry } from "./live-entry.js";

/** The entries of TanStack's caches that Convoy fills. */
export class LiveEntries {
  readonly #entries = new WeakMap<object, LiveEntry>();
  readonly #caches = new WeakSet<QueryCache>();

  /** Whether an entry is kept up to date. */
  isLive(query: object): boolean {
    return this.#entries.get(query)?.isLive ?? false;
  }

  /** A result that is asked for after this call. From then on, newer ones come by themselves. */
  async result<Result>(
    queryClient: QueryClient,
    queryKey: QueryKey,
    watched: WatchedQuery<Result>,
    signal: AbortSignal,
  ): Promise<Result> {
    const cache = queryClient.getQueryCache();
    this.#follow(cache);
    const query = cache.find({ queryKey, exact: true });
    if (query === undefined)
      throw new Error(`No query in the cache has the key of ${watched.key}.`);
    const entry = this.#entries.get(query) ?? this.#create(queryClient, query, watched);
    return (await entry.result(signal)) as Result;
  }

  #create(queryClient: QueryClient, query: Query, watched: WatchedQuery<unknown>): LiveEntry {
    const entry = new LiveEntry(queryClient, query, watched);
    this.#entries.set(query, entry);
    return entry;
  }

  /** Lets entries be live while they have observers. */
  #follow(cache: QueryCache): void {
    if (this.#caches.has(cache)) return;
    this.#caches.add(cache);
    cache.subscribe(({ type, query }) => {
      const entry = this.#entries.get(query);
      if (type === "observerAdded") entry?.start();
      if (type === "observerRemoved" || type === "removed") entry?.rest();
    });
  }
}
