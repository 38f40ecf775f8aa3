import type { ConvoyError } from "../../protocol/errors.js";
import type { QueryDescription } from "./query-description.js";

/** A result as the server gave it. */
export interface KnownResult {
  /** `undefined` where there is none yet. */
  readonly value: unknown;
  /** What the server calls the value, so that it need not send it again. */
  readonly hash: string | undefined;
}

/** A new result of a query, or why there is none. */
export interface QueryResult extends Partial<KnownResult> {
  readonly key: string;
  readonly error?: ConvoyError | undefined;
}

/** Where a source puts what it learns. */
export interface QuerySink {
  /** Newer results of these queries are on their way, or should be. */
  markPending(keys: readonly string[]): void;
  /**
   * New results, which are shown together. They, and all others that are watched and not pending,
   * are of one snapshot, which has the effect of the client's mutations up to `includes`.
   */
  apply(results: readonly QueryResult[], includes: number): void;
}

/** Where the results of watched queries come from: the store knows no other way. */
export interface QuerySource {
  /** Gets results of a query, of which `known` is there from before, until `unwatch`. */
  watch(query: QueryDescription, known: KnownResult): void;
  unwatch(query: QueryDescription): void;
  /** Gets a result that is asked for after this call. Resolves when it, or an error, is applied. */
  refetch(query: QueryDescription, known: KnownResult): Promise<void>;
  /**
   * Calls `onShown` when what is watched shows the effect of a mutation that was answered. Resolves
   * then, or when the server that would tell of it cannot be reached.
   */
  settle(mutationId: number, onShown: () => void): Promise<void>;
  close(): void;
}
