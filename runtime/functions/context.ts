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

interface RunsQueries {
  /** Runs a query: in the same snapshot or transaction, where there is one. */
  runQuery<Reference extends AnyQuery>(
    reference: Reference,
    ...args: ArgsTuple<Reference>
  ): Promise<ResultOf<Reference>>;
}

interface RunsMutations {
  /** Runs a mutation: in the same transaction, where there is one; else in one of its own. */
  runMutation<Reference extends AnyMutation>(
    reference: Reference,
    ...args: ArgsTuple<Reference>
  ): Promise<ResultOf<Reference>>;
}

/** What a query's handler is given. */
export interface GenericQueryCtx<Model extends GenericDataModel> extends RunsQueries {
  readonly db: GenericDatabaseReader<Model>;
  readonly drizzle: DrizzleReader;
}

/** What a mutation's handler is given. */
export interface GenericMutationCtx<Model extends GenericDataModel>
  extends RunsQueries,
    RunsMutations {
  readonly db: GenericDatabaseWriter<Model>;
  readonly drizzle: DrizzleWriter;
}

/** What an action's handler is given: no database, but every function that has one. */
export interface GenericActionCtx extends RunsQueries, RunsMutations {
  /** Runs another action. */
  runAction<Reference extends AnyAction>(
    reference: Reference,
    ...args: ArgsTuple<Reference>
  ): Promise<ResultOf<Reference>>;
}
