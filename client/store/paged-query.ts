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
  /** Stays until there is a newer one, so that a list does not get shorter while it loads. */
  result: Page<Item> | undefined;
}

export const FIRST_PAGE: PagesSnapshot<never> = Object.freeze({
  results: Object.freeze([]),
  status: "LoadingFirstPage",
  isLoading: true,
  error: undefined,
});

/**
 * Watches the pages of a query. Each begins where the one before it ends now, so that pages have
 * neither overlaps nor gaps once their results have come.
 */
export class PagedQuery<Item> {
  readonly #watch: WatchPage<Item>;
  readonly #listeners = new Listeners();
  readonly #pages: LoadedPage<Item>[] = [];
  #snapshot: PagesSnapshot<Item> = FIRST_PAGE;

  constructor(watch: WatchPage<Item>, numItems: number) {
    this.#watch = watch;
    this.#pages.push(this.#createPage(null, numItems));
  }

  readonly getSnapshot = (): PagesSnapshot<Item> => this.#snapshot;

  readonly subscribe = (listener: () => void): (() => void) => {
    const remove = this.#listeners.add(listener);
    for (const page of this.#pages) this.#start(page);
    this.#update();
    return () => {
      remove();
      if (this.#listeners.size > 0) return;
      for (const page of this.#pages) this.#stop(page);
    };
  };

  /** Loads another page after the last one; nothing where that is still loading, or the end. */
  readonly loadMore = (numItems: number): void => {
    const last = this.#pages.at(-1)?.result;
    if (this.#snapshot.status !== "CanLoadMore" || last === undefined) return;
    const page = this.#createPage(last.continueCursor, numItems);
    this.#pages.push(page);
    if (this.#listeners.size > 0) this.#start(page);
    this.#update();
  };

  #createPage(cursor: string | null, numItems: number): LoadedPage<Item> {
    return {
      cursor,
      numItems,
      query: this.#watch(cursor, numItems),
      stop: null,
      result: undefined,
    };
  }

  #start(page: LoadedPage<Item>): void {
    page.stop ??= page.query.subscribe(() => this.#update());
  }

  #stop(page: LoadedPage<Item>): void {
    page.stop?.();
    page.stop = null;
  }

  #update(): void {
    for (const [index, page] of this.#pages.entries()) {
      page.result = page.query.getSnapshot().data ?? page.result;
      const next = this.#pages[index + 1];
      if (page.result === undefined || next === undefined) continue;
      if (page.result.isDone) {
        for (const surplus of this.#pages.splice(index + 1)) this.#stop(surplus);
      } else if (next.cursor !== page.result.continueCursor) {
        this.#move(next, page.result.continueCursor);
      }
    }
    const snapshot = shareEqual(this.#snapshot, this.#summary()) as PagesSnapshot<Item>;
    if (snapshot === this.#snapshot) return;
    this.#snapshot = snapshot;
    this.#listeners.notify();
  }

  /** Lets a page begin elsewhere, since the one before it now ends elsewhere. */
  #move(page: LoadedPage<Item>, cursor: string): void {
    const { stop } = page;
    page.cursor = cursor;
    page.query = this.#watch(cursor, page.numItems);
    page.stop = null;
    if (stop !== null) this.#start(page);
    stop?.();
  }

  #summary(): PagesSnapshot<Item> {
    const last = this.#pages.at(-1)!;
    const results = this.#pages.flatMap(({ result }) => result?.page ?? []);
    const errors = this.#pages.map(({ query }) => query.getSnapshot().error);
    const error = errors.find((found) => found !== undefined);
    const loading = this.#pages.length === 1 ? "LoadingFirstPage" : "LoadingMore";
    const loaded = last.result?.isDone ? "Exhausted" : "CanLoadMore";
    const status = last.result === undefined ? loading : loaded;
    return { results, status, isLoading: last.result === undefined && error === undefined, error };
  }
}
