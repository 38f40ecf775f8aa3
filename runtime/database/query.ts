import type { TableModel } from "./data-model.js";
import type { Expression, FilterBuilder } from "./filter.js";
import type { IndexRange, IndexRangeBuilder } from "./index-range.js";

export type OrderDirection = "asc" | "desc";

/** Which page `.paginate(…)` reads. */
export interface PaginationOptions {
  /** `null` for the first page, then the `continueCursor` of the page before. */
  readonly cursor: string | null;
  /** How many documents a page holds at most. */
  readonly numItems: number;
}

/** One page of a query's documents. */
export interface PaginationResult<Document> {
  page: Document[];
  isDone: boolean;
  continueCursor: string;
}

/**
 * A query that has not run yet. Immutable: every method returns a new query, and nothing is read
 * before a terminal call (`collect`, `take`, `first`, `unique`, `paginate`, `count`, `for await`).
 */
export interface Query<Table extends TableModel> extends AsyncIterable<Table["document"]> {
  /** Follows the index; with `field`, sorts by that field. Default: creation order, ascending. */
  order(direction: OrderDirection, field?: keyof Table["fields"] & string): Query<Table>;
  /** Keeps the documents for which the condition holds. */
  filter(
    condition: (q: FilterBuilder<Table["fields"]>) => Expression<boolean> | boolean,
  ): Query<Table>;
  /** Every document. Unbounded: prefer `take` or `paginate` on a table that grows. */
  collect(): Promise<Table["document"][]>;
  /** At most the first `n` documents. */
  take(n: number): Promise<Table["document"][]>;
  first(): Promise<Table["document"] | null>;
  /** The only document, or `null`; an error with a code where there are two. */
  unique(): Promise<Table["document"] | null>;
  paginate(options: PaginationOptions): Promise<PaginationResult<Table["document"]>>;
  count(): Promise<number>;
}

/** A query of a table before an index has been chosen. */
export interface TableQuery<Table extends TableModel> extends Query<Table> {
  /** Reads through an index: all of it, or the range that the callback builds. */
  withIndex<Index extends keyof Table["indexes"] & string>(
    index: Index,
    range?: (q: IndexRangeBuilder<Table["fields"], Table["indexes"][Index]>) => IndexRange,
  ): Query<Table>;
}
