import { useMemo, useSyncExternalStore } from "react";
import type { ArgsOf, FunctionReference, ResultOf } from "../../protocol/function-reference.js";
import type { PublicQuery } from "../call.js";
import type { WatchedQuery } from "../client.js";
import { describeQuery } from "../store/query-description.js";
import { FIRST_PAGE, type Page, PagedQuery, type PagesSnapshot } from "../store/paged-query.js";
import { useConvoyClient } from "./provider.js";

/** A query that has an argument `paginationOpts`, and returns what `.paginate(paginationOpts)` does. */
export type PaginatedQuery = FunctionReference<
  "query",
  "public",
  { paginationOpts: { cursor: string | null; numItems?: number | undefined } },
  Page<unknown>
>;

/** The arguments of a paginated query, without those that the hook fills in. */
export type PaginatedArgs<Reference extends PaginatedQuery> = {
  [Name in keyof ArgsOf<Reference> as Name extends "paginationOpts"
    ? never
    : Name]: ArgsOf<Reference>[Name];
};

/** What `usePaginatedQuery` knows of a query. */
export interface PaginatedState<Item> extends PagesSnapshot<Item> {
  /** Loads another page, where `status` is `CanLoadMore`. */
  readonly loadMore: (numItems: number) => void;
}

/**
 * The first pages of a query as one list that `loadMore` makes longer.
 *
 * @example
 * const { results, status, loadMore } = usePaginatedQuery(
 *   api.messages.list,
 *   { channelId },
 *   { initialNumItems: 20 },
 * );
 */
export function usePaginatedQuery<Reference extends PaginatedQuery>(
  reference: Reference,
  args: PaginatedArgs<Reference> | null | "skip",
  { initialNumItems }: { readonly initialNumItems: number },
): PaginatedState<ResultOf<Reference>["page"][number]> {
  type Item = ResultOf<Reference>["page"][number];
  const client = useConvoyClient();
  const key = args === null || args === "skip" ? null : describeQuery(reference, args).key;
  const pages = useMemo(() => {
    if (key === null) return SKIPPED;
    const watch = (cursor: string | null, numItems: number): WatchedQuery<Page<Item>> =>
      client.watch<PublicQuery>(reference, {
        ...(args as object),
        paginationOpts: { cursor, numItems },
      });
    return new PagedQuery<Item>(watch, initialNumItems);
  }, [client, key, initialNumItems]);
  const { subscribe, getSnapshot, loadMore } = pages;
  const initial = key === null ? NO_PAGES : FIRST_PAGE;
  const snapshot = useSyncExternalStore(subscribe, getSnapshot, () => initial);
  return useMemo(() => ({ ...snapshot, loadMore }), [snapshot, loadMore]);
}

const NO_PAGES: PagesSnapshot<never> = Object.freeze({ ...FIRST_PAGE, isLoading: false });

const SKIPPED = {
  subscribe: () => () => {},
  getSnapshot: () => NO_PAGES,
  loadMore: () => {},
};
