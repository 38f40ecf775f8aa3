import type {
  ArgsTuple,
  FunctionReference,
  FunctionVisibility,
  ResultOf,
} from "../../protocol/function-reference.js";
import type { GenericDataModel } from "../database/data-model.js";
import type { DrizzleReader, DrizzleWriter } from "../database/drizzle.js";
import type { GenericDatabaseReader } from "../database/reader.js";
import type { GenericDatabaseWriter } from "../database/writer.js";

type AnyQuery = FunctionReference<"query", FunctionVisibility>;
type AnyMutation = FunctionReference<"mutation", FunctionVisibility>;
type AnyAction = FunctionReference<"action", FunctionVisibility>;

/** What a query's handler is given. */
export interface GenericQueryCtx<Model extends GenericDataModel> {
  readonly db: GenericDatabaseReader<Model>;
  readonly drizzle: DrizzleReader;
  /** Runs another query in the same snapshot. */
  runQuery<Reference extends AnyQuery>(
    reference: Reference,
    ...args: ArgsTuple<Reference>
  ): Promise<ResultOf<Reference>>;
}

/** What a mutation's handler is given. */
export interface GenericMutationCtx<Model extends GenericDataModel> {
  readonly db: GenericDatabaseWriter<Model>;
  readonly drizzle: DrizzleWriter;
  /** Runs a query in the same transaction. */
  runQuery<Reference extends AnyQuery>(
    reference: Reference,
    ...args: ArgsTuple<Reference>
  ): Promise<ResultOf<Reference>>;
  /** Runs another mutation in the same transaction. */
  runMutation<Reference extends AnyMutation>(
    reference: Reference,
    ...args: ArgsTuple<Reference>
  ): Promise<ResultOf<Reference>>;
}

/** What an action's handler is given: no database, but every function that has one. */
export interface GenericActionCtx {
  runQuery<Reference extends AnyQuery>(
    reference: Reference,
    ...args: ArgsTuple<Reference>
  ): Promise<ResultOf<Reference>>;
  runMutation<Reference extends AnyMutation>(
    reference: Reference,
    ...args: ArgsTuple<Reference>
  ): Promise<ResultOf<Reference>>;
  runAction<Reference extends AnyAction>(
    reference: Reference,
    ...args: ArgsTuple<Reference>
  ): Promise<ResultOf<Reference>>;
}
