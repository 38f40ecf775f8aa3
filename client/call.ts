import type { FunctionReference } from "../protocol/function-reference.js";

/** What clients can call. */
export type PublicQuery = FunctionReference<"query", "public">;
export type PublicMutation = FunctionReference<"mutation", "public">;
export type PublicAction = FunctionReference<"action", "public">;

/** The arguments of a function, which may be left out where it needs none, and options. */
export type CallArgs<Reference extends FunctionReference, Options> = {} extends Reference["~args"]
  ? [args?: Reference["~args"], options?: Options]
  : [args: Reference["~args"], options?: Options];

export interface CallOptions {
  /** Ends the call early: it rejects with the code `aborted`. */
  readonly signal?: AbortSignal;
}
