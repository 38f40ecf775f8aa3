import type { ArgsOf, FunctionReference, ResultOf } from "../../protocol/function-reference.js";

type PublicQuery = FunctionReference<"query", "public">;

/** The results of the queries that are watched, as an optimistic update sees and changes them. */
export interface OptimisticStore {
  /** The result that is shown, which must not be changed in place; `undefined` without one. */
  getQuery<Reference extends PublicQuery>(
    reference: Reference,
    args: ArgsOf<Reference>,
  ): ResultOf<Reference> | undefined;
  /** Each result that is shown of a query, with its arguments. */
  getAllQueries<Reference extends PublicQuery>(
    reference: Reference,
  ): Array<{ args: ArgsOf<Reference>; value: ResultOf<Reference> }>;
  /** Shows another result until the mutation is done. Ignored for a query that nobody watches. */
  setQuery<Reference extends PublicQuery>(
    reference: Reference,
    args: ArgsOf<Reference>,
    value: ResultOf<Reference>,
  ): void;
}

/**
 * Shows what a mutation will do before the server has done it. It runs again whenever a result
 * changes under it, so it must do nothing but read and set results.
 */
export type OptimisticUpdate<Args> = (store: OptimisticStore, args: Args) => void;
