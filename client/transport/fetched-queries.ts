import type { ConvoyError } from "../../protocol/errors.js";
import type { ClientEnvironment } from "../environment.js";
import type { QueryDescription } from "../store/query-description.js";
import type { QueryResult, QuerySink, QuerySource } from "../store/query-source.js";

/** A watched query that could not reach the server is tried again after 10–20 s. */
const TRY_AGAIN_MS = 20_000;

/** Gets the result of a query. Rejects with nothing but `ConvoyError`s. */
export type FetchQuery = (query: QueryDescription, signal: AbortSignal) => Promise<unknown>;

interface Parts {
  readonly fetch: FetchQuery;
  readonly environment: ClientEnvironment;
  readonly sink: QuerySink;
}

/**
 * Results that are fetched: when a query is first watched, when somebody asks, and after each
 * mutation of this client. What others write is seen at the next of these.
 */
export class FetchedQueries implements QuerySource {
  readonly #parts: Parts;
  readonly #fetchers = new Map<string, Fetcher>();
  #settled = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  watch(query: QueryDescription): void {
    const fetcher = this.#findOrAdd(query);
    fetcher.isWatched = true;
    void fetcher.fetch();
  }

  unwatch(query: QueryDescription): void {
    const fetcher = this.#findOrAdd(query);
    fetcher.isWatched = false;
    this.#release(fetcher);
  }

  async refetch(query: QueryDescription): Promise<void> {
    const fetcher = this.#findOrAdd(query);
    fetcher.askers++;
    await fetcher.fetch();
    fetcher.askers--;
    this.#release(fetcher);
  }

  async settle(mutationId: number): Promise<void> {
    this.#settled = Math.max(this.#settled, mutationId);
    const watched = [...this.#fetchers.values()].filter(({ isWatched }) => isWatched);
    await Promise.all(watched.map((fetcher) => fetcher.fetch()));
  }

  close(): void {
    for (const fetcher of this.#fetchers.values()) fetcher.stop();
    this.#fetchers.clear();
  }

  #findOrAdd(query: QueryDescription): Fetcher {
    const found = this.#fetchers.get(query.key);
    if (found !== undefined) return found;
    const fetcher = new Fetcher(query, () => this.#settled, this.#parts);
    this.#fetchers.set(query.key, fetcher);
    return fetcher;
  }

  #release(fetcher: Fetcher): void {
    if (fetcher.isWatched || fetcher.askers > 0) return;
    fetcher.stop();
    if (this.#fetchers.get(fetcher.query.key) === fetcher) this.#fetchers.delete(fetcher.query.key);
  }
}

/** Fetches one query, one request at a time, so that no result is replaced by an older one. */
class Fetcher {
  readonly query: QueryDescription;
  isWatched = false;
  /** How many wait for a result without watching. */
  askers = 0;
  readonly #settled: () => number;
  readonly #parts: Parts;
  readonly #stopped = new AbortController();
  #waiting: Array<() => void> = [];
  #isFetching = false;
  #tryAgain: unknown = null;

  constructor(query: QueryDescription, settled: () => number, parts: Parts) {
    this.query = query;
    this.#settled = settled;
    this.#parts = parts;
  }

  /** Resolves when a result that was asked for after this call, or an error, is applied. */
  fetch(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      if (!this.#isFetching) void this.#fetchAll();
    });
  }

  stop(): void {
    this.#stopped.abort();
    this.#parts.environment.clearTimeout(this.#tryAgain);
  }

  async #fetchAll(): Promise<void> {
    const { environment } = this.#parts;
    environment.clearTimeout(this.#tryAgain);
    this.#isFetching = true;
    let error: ConvoyError | null = null;
    while (this.#waiting.length > 0) {
      const waiting = this.#waiting;
      this.#waiting = [];
      error = this.#stopped.signal.aborted ? null : await this.#fetchOnce();
      for (const resolve of waiting) resolve();
    }
    this.#isFetching = false;
    if (error?.retryable && this.isWatched) {
      const ms = (TRY_AGAIN_MS * (1 + environment.random())) / 2;
      this.#tryAgain = environment.setTimeout(() => void this.fetch(), ms);
    }
  }

  async #fetchOnce(): Promise<ConvoyError | null> {
    const { fetch, sink } = this.#parts;
    const { key } = this.query;
    const { signal } = this.#stopped;
    const includes = this.#settled();
    let result: QueryResult;
    sink.markPending([key]);
    try {
      result = { key, includes, value: await fetch(this.query, signal) };
    } catch (error) {
      result = { key, includes, error: error as ConvoyError };
    }
    if (!signal.aborted) sink.apply([result]);
    return result.error ?? null;
  }
}
