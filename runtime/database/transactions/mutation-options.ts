import type { UniqueIndexLookup } from "../../postgres/errors/violation.js";
import type { Isolation } from "./begin.js";
import type { MutationId } from "./ledger.js";
import type { Pause } from "./pause.js";
import type { RetryTiming } from "./retry.js";

/** How a result is stored in the ledger. */
export interface ResultCodec<Result> {
  encode(result: Result): string;
  decode(text: string): Result;
}

export interface MutationOptions<Result> {
  /** Without one, a mutation whose COMMIT was not answered may or may not have been applied. */
  readonly id?: MutationId;
  readonly codec: ResultCodec<Result>;
  /** Names the function: one whose statements fail and that goes on is expected to do so again. */
  readonly hint?: string;
  readonly uniqueIndex?: UniqueIndexLookup;
  readonly timing?: RetryTiming;
  /** For tests. */
  readonly pause?: Pause;
  /** For tests, which show that they notice what only `serializable` prevents. */
  readonly isolation?: Isolation;
}
