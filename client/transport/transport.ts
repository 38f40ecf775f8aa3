import type { FunctionKind } from "../../protocol/function-reference.js";

/** Who sends a mutation, and which of its mutations it is: the same however often it is sent. */
export interface MutationIdentity {
  readonly clientId: string;
  readonly mutationId: number;
}

/** One call of a function. */
export interface FunctionCall {
  readonly kind: FunctionKind;
  readonly name: string;
  /** The wire form of the arguments, as JSON. */
  readonly body: string;
  readonly mutation?: MutationIdentity;
  readonly signal: AbortSignal;
}

/** How calls get to a server and their results back. */
export interface Transport {
  /** The result of a call that is sent once. Rejects with nothing but `ConvoyError`s. */
  call(call: FunctionCall): Promise<unknown>;
}
