import { isDeepStrictEqual } from "node:util";
import { type PagesSnapshot, PagedQuery } from "../../../client/store/paged-query.js";
import type { WireJson } from "../../../protocol/wire-value.js";
import type { LiveQueries } from "../../../runtime/realtime/tick/live-queries.js";
import { MemoryClient } from "../support/memory-client.js";
import type { Shown } from "../support/sync-client.js";

/** What all queries gave at one moment of history. */
export interface Version {
  /** By the places of the queries. */
  readonly results: readonly Shown[];
  /** All that the pages of a query have. */
  readonly pages: readonly (readonly WireJson[])[];
}

interface Paged {
  readonly list: PagedQuery<WireJson>;
  readonly history: PagesSnapshot<WireJson>[];
  readonly stop: () => void;
}

/** One client, what it asked for, and whether what it was shown is what was there. */
export class Participant {
  readonly client: MemoryClient;
  /** The places of the queries, by the ids of all watches that there ever were. */
  readonly #queries = new Map<number, number>();
  readonly #paged = new Map<number, Paged>();
  /** Which version each of its mutations made. */
  readonly #mutations: { readonly mutation: number; readonly version: number }[] = [];

  constructor(live: LiveQueries, id: string) {
    this.client = new MemoryClient(live, id);
  }

  /** Whether it has been shown all that it waits for. */
  get isSettled(): boolean {
    return this.client.mutation === (this.#mutations.at(-1)?.mutation ?? 0);
  }

  watch(query: number): void {
    this.#queries.set(this.client.watch(`live.${query}`), query);
  }

  unwatch(query: number): void {
    for (const id of this.client.watches) {
      if (this.#queries.get(id) === query) this.client.unwatch(id);
    }
    this.#paged.get(query)?.stop();
    this.#paged.delete(query);
  }

  /** The first page of a query, or one more. */
  page(query: number): void {
    const known = this.#paged.get(query);
    if (known !== undefined) return known.list.loadMore(2);
    const list = new PagedQuery<WireJson>(
      (cursor, numItems) => this.client.watchedQuery(`page.${query}`, { cursor, numItems }),
      1 + (query % 4),
    );
    const history: PagesSnapshot<WireJson>[] = [];
    const stop = list.subscribe(() => history.push(list.getSnapshot()));
    this.#paged.set(query, { list, history, stop });
  }

  /** A mutation of its own has committed, or it only wants to know what is there. */
  settle(version: number): void {
    const mutation = (this.#mutations.at(-1)?.mutation ?? 0) + 1;
    this.#mutations.push({ mutation, version });
    this.client.settle(mutation);
  }

  /** @throws where something else is shown than this. */
  expectNow(version: Version): void {
    for (const id of this.client.watches) {
      const query = this.#queries.get(id);
      if (query === undefined) continue;
      const shown = this.client.shown.get(id);
      if (!isOf(version.results[query], shown)) {
        fail(`query ${query} is stale`, { shown, is: version.results[query] });
      }
    }
    for (const [query, { list }] of this.#paged) {
      const shown = list.getSnapshot();
      if (!isBeginning(shown, version.pages[query])) {
        fail(`the pages of query ${query} are stale`, { shown, are: version.pages[query] });
      }
    }
  }

  /** @throws where something was shown that never was, or after something newer. */
  expectHistory(versions: readonly Version[]): void {
    const queries = this.#queries;
    let version = 0;
    for (const { shown, mutation } of this.client.history) {
      for (const made of this.#mutations) {
        if (made.mutation <= mutation) version = Math.max(version, made.version);
      }
      const isShown = (of: Version | undefined): boolean =>
        [...shown].every(([id, result]) => {
          const query = queries.get(id);
          return query === undefined || isOf(of?.results[query], result);
        });
      const from = version;
      while (version < versions.length && !isShown(versions[version])) version += 1;
      if (version < versions.length) continue;
      fail("what is shown is no snapshot of history, or an older one", {
        mutation,
        from,
        isOf: versions.flatMap((of, at) => (isShown(of) ? [at] : [])),
        fits: versions.map((of) =>
          [...shown].flatMap(([id, result]) => {
            const query = queries.get(id);
            return query !== undefined && isOf(of.results[query], result) ? [query] : [];
          }),
        ),
        shown: Object.fromEntries([...shown].map(([id, of]) => [`query ${queries.get(id)}`, of])),
      });
    }
    for (const [query, { history }] of this.#paged) {
      let at = 0;
      for (const shown of history) {
        while (at < versions.length && !isBeginning(shown, versions[at]?.pages[query])) at += 1;
        if (at < versions.length) continue;
        fail(`the pages of query ${query} are no snapshot of history, or an older one`, { shown });
      }
    }
    const { largestInbox } = this.client;
    if (largestInbox > 2) fail("more was on its way than may be", { largestInbox });
  }
}

function isOf(version: Shown | undefined, shown: Shown | undefined): boolean {
  return isDeepStrictEqual([version?.value, version?.error], [shown?.value, shown?.error]);
}

/** Whether a list of pages is what was there, as far as it goes. */
function isBeginning(
  { results, status }: PagesSnapshot<WireJson>,
  all: readonly WireJson[] = [],
): boolean {
  if (status === "LoadingFirstPage") return true;
  const isAll = results.length === all.length;
  if (status === "Exhausted" && !isAll) return false;
  if (status === "CanLoadMore" && isAll) return false;
  return isDeepStrictEqual(results, all.slice(0, results.length));
}

function fail(what: string, facts: object): never {
  throw new Error(`${what}: ${JSON.stringify(facts)}`);
}
