import type { z } from "zod";
import type {
  FunctionKind,
  FunctionReference,
  FunctionVisibility,
} from "../../protocol/function-reference.js";

/**
 * A function as a module exports it. The members that start with `~` exist in types alone; the
 * compiler reads them.
 */
export interface RegisteredFunction<
  Kind extends FunctionKind = FunctionKind,
  Visibility extends FunctionVisibility = FunctionVisibility,
  Args = unknown,
  Result = unknown,
> {
  readonly "~kind": Kind;
  readonly "~visibility": Visibility;
  /** What a caller passes, before defaults apply. */
  readonly "~args": Args;
  readonly "~result": Result;

  readonly kind: Kind;
  readonly visibility: Visibility;
  /** Strict: unknown keys are errors. */
  readonly args: z.core.$ZodType;
  readonly returns: z.core.$ZodType | null;
  readonly handler: (ctx: never, args: never) => unknown;
}

export type RegisteredQuery<
  Visibility extends FunctionVisibility,
  Args,
  Result,
> = RegisteredFunction<"query", Visibility, Args, Result>;
export type RegisteredMutation<
  Visibility extends FunctionVisibility,
  Args,
  Result,
> = RegisteredFunction<"mutation", Visibility, Args, Result>;
export type RegisteredAction<
  Visibility extends FunctionVisibility,
  Args,
  Result,
> = RegisteredFunction<"action", Visibility, Args, Result>;

/** JSON has no `undefined`: a function that returns nothing gives its callers null. */
type Sent<Result> = undefined extends Result ? Exclude<Result, undefined | void> | null : Result;

/** The reference to a function of this type: what `api` holds for it. */
export type ReferenceTo<Registered> =
  Registered extends RegisteredFunction<infer Kind, infer Visibility, infer Args, infer Result>
    ? FunctionReference<Kind, Visibility, Args, Sent<Result>>
    : never;
