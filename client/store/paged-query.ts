import type { ConvoyError } from "../../protocol/errors.js";
import type { WatchedQuery } from "../client.js";
import { Listeners } from "./listeners.js";
import { shareEqual } from "./share-equal.js";

/** One page of a query, as `.paginate(…)` returns it. */
export interface Page<Item> {
  readonly page: readonly Item[];
  readonly isDone: boolean;
  readonly continueCursor: string;
}

/** The pages of a query that have been loaded, as one list. */
export interface PagesSnapshot<Item> {
  readonly results: readonly Item[];
  readonly status: "LoadingFirstPage" | "CanLoadMore" | "LoadingMore" | "Exhausted";
  readonly isLoading: boolean;
  /** Why the latest try to load one of the pages failed. */
  readonly error: ConvoyError | undefined;
}

export type WatchPage<Item> = (cursor: string | null, numItems: number) => WatchedQuery<Page<Item>>;

interface LoadedPage<Item> {
  readonly numItems: number;
  cursor: string | null;
  query: WatchedQuery<Page<Item>>;
  stop: (() => void) | null;
  /** Whether it has had a result since it begins there: what is known from before is of another time. */
  isFresh: boolean;
}

export const FIRST_PAGE: PagesSnapshot<never> = Object.freeze({
  results: Object.freeze([]),
  status: "LoadingFirstPage",
  isLoading: true,
  error: undefined,
});

/**
 * Watches the pages of a query, each of which begins where the one before it ends. All change in
 * one step; but where one now ends elsewhere, those behind it must be asked for anew. Until they
 * have come, the list stays as it was: it never has a gap, nor the same place twice.
 */
export class PagedQuery<Item> {
  readonly #watch: WatchPage<Item>;
  readonly #listeners = new Listeners();
  readonly #pages: LoadedPage<Item>[] = [];
  /** How many pages the list has that is shown. */
  #shown = 0;
  #snapshot: PagesSnapshot<Item> = FIRST_PAGE;

  constructor(watch: WatchPage<Item>, numItems: number) {
    this.#watch = watch;
    this.#add(null, numItems);
  }

  readonly getSnapshot = (): PagesSnapshot<Item> => this.#snapshot;

  readonly subscribe = (listener: () => void): (() => void) => {
    const remove = this.#listeners.add(listener);
    for (const page of this.#pages) this.#start(page);
    this.#update();
    return () => {
      remove();
      if (this.#listeners.size > 0) return;
      for (const page of this.#pages) stopPage(page);
    };
  };

  /** Loads another page after the last one; nothing where that is still loading, or the end. */
  readonly loadMore = (numItems: number): void => {
    const last = this.#pages.at(-1)?.query.getSnapshot().data;
    if (this.#snapshot.status !== "CanLoadMore" || last === undefined) return;
    this.#add(last.continueCursor, numItems);
    this.#update();
  };

  #add(cursor: string | null, numItems: number): void {
    const query = this.#watch(cursor, numItems);
    const page = { cursor, numItems, query, stop: null, isFresh: false };
    this.#pages.push(page);
    if (this.#listeners.size > 0) this.#start(page);
  }

  #start(page: LoadedPage<Item>): void {
    page.stop ??= page.query.subscribe(() => this.#update());
  }

  #update(): void {
    const results = this.#readPages();
    // What has fewer pages than before is not complete yet.
    const isComplete =
      results.length > 0 && results.length >= Math.min(this.#shown, this.#pages.length);
    if (isComplete) this.#shown = results.length;
    const snapshot = shareEqual(
      this.#snapshot,
      this.#summary(isComplete ? results : null),
    ) as PagesSnapshot<Item>;
    if (snapshot === this.#snapshot) return;
    this.#snapshot = snapshot;
    this.#listeners.notify();
  }

  /** The results of the first pages, as far as each begins where the one before it ends. */
  #readPages(): Page<Item>[] {
    const results: Page<Item>[] = [];
    for (const [index, page] of this.#pages.entries()) {
      const { data, isStale } = page.query.getSnapshot();
      if (data === undefined) break;
      page.isFresh ||= !isStale;
      // One page alone has no other that it must fit.
      if (page.isFresh || index === 0) results.push(data);
      if (!page.isFresh) break;
      const next = this.#pages[index + 1];
      if (next === undefined) break;
      if (data.isDone) {
        for (const surplus of this.#pages.splice(index + 1)) stopPage(surplus);
      } else if (next.cursor !== data.continueCursor) {
        this.#move(next, data.continueCursor);
      }
    }
    return results;
  }

  /** Lets a page begin elsewhere, since the one before it now ends elsewhere. */
  #move(page: LoadedPage<Item>, cursor: string): void {
    const { stop } = page;
    page.cursor = cursor;
    page.query = this.#watch(cursor, page.numItems);
    page.stop = null;
    page.isFresh = false;
    if (stop !== null) this.#start(page);
    stop?.();
  }

  #summary(pages: readonly Page<Item>[] | null): PagesSnapshot<Item> {
    const errors = this.#pages.map(({ query }) => query.getSnapshot().error);
    const error = errors.find((found) => found !== undefined);
    if (this.#shown === 0) return { ...FIRST_PAGE, isLoading: error === undefined, error };
    const isLoading = this.#pages.length > this.#shown;
    const loaded =
      pages === null
        ? this.#snapshot
        : {
            results: pages.flatMap(({ page }) => page),
            status: pages.at(-1)?.isDone ? ("Exhausted" as const) : ("CanLoadMore" as const),
          };
    return {
      results: loaded.results,
      status: isLoading ? "LoadingMore" : loaded.status,
      isLoading: isLoading && error === undefined,
      error,
    };
  }
}

function stopPage(page: LoadedPage<never> | LoadedPage<unknown>): void {
  page.stop?.();
  page.stop = null;
  page.isFresh = false;
}
