import type { ConvoyError } from "../../protocol/errors.js";

/** What is known of a query's result. Two reads between which nothing changed give the same object. */
export interface QuerySnapshot<Result> {
  /** The latest result; `undefined` as long as there is none. */
  readonly data: Result | undefined;
  /** Why the latest try failed; the data then is from an earlier one. */
  readonly error: ConvoyError | undefined;
  /** There is nothing to show yet, and the first result is on its way. */
  readonly isLoading: boolean;
  /** What is shown may have changed on the server: a newer result is on its way, or failed to come. */
  readonly isStale: boolean;
}

/** Nothing is known, and nothing is on its way. */
export const IDLE: QuerySnapshot<never> = Object.freeze({
  data: undefined,
  error: undefined,
  isLoading: false,
  isStale: false,
});

/** Nothing is known yet. */
export const LOADING: QuerySnapshot<never> = Object.freeze({ ...IDLE, isLoading: true });
