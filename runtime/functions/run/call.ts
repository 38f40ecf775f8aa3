import type { FunctionKind } from "../../../protocol/function-reference.js";
import type { MutationId } from "../../database/transactions/ledger.js";

/** A call of a function from outside: from a client, a command or a test. */
export interface FunctionCall {
  readonly kind: FunctionKind;
  /** `projects.list`, `admin/users.list`. */
  readonly name: string;
  /** The arguments as values, not in wire form. `undefined` stands for none. */
  readonly args: unknown;
  /** Whether functions that no client can reach may be called. */
  readonly internal?: boolean;
  /** Names a mutation, so that it is applied once however often it is sent. */
  readonly mutationId?: MutationId;
}
