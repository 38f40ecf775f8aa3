import type { ConvoyError } from "../../protocol/errors.js";
import type { QueryDescription } from "./query-description.js";

/** A new result of a query, or why there is none. */
export interface QueryResult {
  readonly key: string;
  readonly value?: unknown;
  readonly error?: ConvoyError;
  /** The last of this client's mutations whose effect the result is sure to have. */
  readonly includes: number;
}

/** Where a source puts what it learns. */
export interface QuerySink {
  /** Newer results of these queries are on their way, or should be. */
  markPending(keys: readonly string[]): void;
  /** New results, which are shown together. */
  apply(results: readonly QueryResult[]): void;
}

/**
 * Where the results of watched queries come from: the store knows no other way. This is what a
 * live connection replaces.
 */
export interface QuerySource {
  /** Gets results of a query, and newer ones as it sees fit, until `unwatch`. */
  watch(query: QueryDescription): void;
  unwatch(query: QueryDescription): void;
  /** Gets a result that is asked for after this call. Resolves when it, or an error, is applied. */
  refetch(query: QueryDescription): Promise<void>;
  /** Resolves when each watched query shows the effect of a mutation, or has failed to. */
  settle(mutationId: number): Promise<void>;
  close(): void;
}
