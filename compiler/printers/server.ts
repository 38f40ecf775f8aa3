import { header } from "./header.js";

/**
 * Prints `_generated/server.ts`: the builders and contexts, bound to the data model. The table names
 * are registered here and not in `dataModel.ts`, which clients read: an augmentation of a module that
 * their program does not hold is an error, and holding it would mean checking zod's types too.
 */
export function printServer(): string {
  return `${header("convoy/schema.ts")}import type {} from "convoy";
import {
  type ActionBuilder,
  createFunctionBuilders,
  type FunctionBuilders,
  type GenericActionCtx,
  type GenericDatabaseReader,
  type GenericDatabaseWriter,
  type GenericMutationCtx,
  type GenericQueryCtx,
  type MutationBuilder,
  type QueryBuilder,
} from "convoy/server";
import type { DataModel, TableNames } from "./dataModel.js";

declare module "convoy" {
  interface Register {
    tableNames: TableNames;
  }
}

const builders: FunctionBuilders<DataModel> = createFunctionBuilders<DataModel>();

/** Defines a query: it reads, in one snapshot, and clients may call it. */
export const query: QueryBuilder<DataModel, "public"> = builders.query;

/** Defines a mutation: it reads and writes, in one transaction, and clients may call it. */
export const mutation: MutationBuilder<DataModel, "public"> = builders.mutation;

/** Defines an action: it may do anything, and clients may call it. */
export const action: ActionBuilder<"public"> = builders.action;

/** Defines a query that only other functions can call. */
export const internalQuery: QueryBuilder<DataModel, "internal"> = builders.internalQuery;

/** Defines a mutation that only other functions can call. */
export const internalMutation: MutationBuilder<DataModel, "internal"> = builders.internalMutation;

/** Defines an action that only other functions can call. */
export const internalAction: ActionBuilder<"internal"> = builders.internalAction;

/** What the handler of a query is given. */
export type QueryCtx = GenericQueryCtx<DataModel>;

/** What the handler of a mutation is given. */
export type MutationCtx = GenericMutationCtx<DataModel>;

/** What the handler of an action is given. */
export type ActionCtx = GenericActionCtx;

/** The database of a query. */
export type DatabaseReader = GenericDatabaseReader<DataModel>;

/** The database of a mutation. */
export type DatabaseWriter = GenericDatabaseWriter<DataModel>;
`;
}
