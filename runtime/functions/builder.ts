import { z } from "zod";
import type { FunctionKind, FunctionVisibility } from "../../protocol/function-reference.js";
import type { GenericDataModel } from "../database/data-model.js";
import type { GenericActionCtx, GenericMutationCtx, GenericQueryCtx } from "./context.js";
import type { RegisteredFunction } from "./registered-function.js";

/** Arguments are a shape of zod types, or a `z.object`. */
export type ArgsValidator = z.core.$ZodShape | z.core.$ZodObject;

/** Arguments as the handler sees them, after defaults. */
export type HandlerArgs<Args> = Args extends z.core.$ZodObject
  ? z.output<Args>
  : Args extends z.core.$ZodShape
    ? z.output<z.core.$ZodObject<Args, z.core.$strip>>
    : never;

/** Arguments as a caller passes them, before defaults. */
export type CallerArgs<Args> = Args extends z.core.$ZodObject
  ? z.input<Args>
  : Args extends z.core.$ZodShape
    ? z.input<z.core.$ZodObject<Args, z.core.$strip>>
    : never;

type HandlerResult<Returns> = Returns extends z.core.$ZodType
  ? z.input<Returns> | Promise<z.input<Returns>>
  : unknown;

type CallerResult<Returns, Result> = Returns extends z.core.$ZodType
  ? z.output<Returns>
  : Awaited<Result>;

/** Makes functions of one kind and visibility. */
export type FunctionBuilder<
  Kind extends FunctionKind,
  Visibility extends FunctionVisibility,
  Ctx,
> = <
  Result extends HandlerResult<Returns>,
  Args extends ArgsValidator = {},
  Returns extends z.core.$ZodType | undefined = undefined,
>(definition: {
  /** What a caller must pass. Checked strictly: unknown keys are errors. Default: nothing. */
  readonly args?: Args;
  /** Checks, and names, what the handler returns. */
  readonly returns?: Returns;
  readonly handler: (ctx: Ctx, args: HandlerArgs<Args>) => Result;
}) => RegisteredFunction<Kind, Visibility, CallerArgs<Args>, CallerResult<Returns, Result>>;

export type QueryBuilder<
  Model extends GenericDataModel,
  Visibility extends FunctionVisibility,
> = FunctionBuilder<"query", Visibility, GenericQueryCtx<Model>>;
export type MutationBuilder<
  Model extends GenericDataModel,
  Visibility extends FunctionVisibility,
> = FunctionBuilder<"mutation", Visibility, GenericMutationCtx<Model>>;
export type ActionBuilder<Visibility extends FunctionVisibility> = FunctionBuilder<
  "action",
  Visibility,
  GenericActionCtx
>;

/** What the generated `_generated/server.ts` exports, bound to the project's data model. */
export interface FunctionBuilders<Model extends GenericDataModel> {
  readonly query: QueryBuilder<Model, "public">;
  readonly mutation: MutationBuilder<Model, "public">;
  readonly action: ActionBuilder<"public">;
  readonly internalQuery: QueryBuilder<Model, "internal">;
  readonly internalMutation: MutationBuilder<Model, "internal">;
  readonly internalAction: ActionBuilder<"internal">;
}

interface Definition {
  readonly args?: ArgsValidator;
  readonly returns?: z.core.$ZodType;
  readonly handler: (ctx: never, args: never) => unknown;
}

function functionBuilder(kind: FunctionKind, visibility: FunctionVisibility) {
  return ({ args = {}, returns, handler }: Definition): object =>
    Object.freeze({
      kind,
      visibility,
      args: args instanceof z.ZodObject ? args.strict() : z.strictObject(args),
      returns: returns ?? null,
      handler,
    });
}

/** The builders behind the generated `_generated/server.ts`. */
export function createFunctionBuilders<Model extends GenericDataModel>(): FunctionBuilders<Model> {
  const builders = {
    query: functionBuilder("query", "public"),
    mutation: functionBuilder("mutation", "public"),
    action: functionBuilder("action", "public"),
    internalQuery: functionBuilder("query", "internal"),
    internalMutation: functionBuilder("mutation", "internal"),
    internalAction: functionBuilder("action", "internal"),
  };
  return Object.freeze(builders) as unknown as FunctionBuilders<Model>;
}
