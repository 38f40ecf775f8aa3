export { ConvoyError, type ConvoyErrorOptions } from "../protocol/errors.js";
export type { FunctionReference } from "../protocol/function-reference.js";
export type { Id } from "../protocol/id.js";
export type { GenericDataModel, TableModel, TableNamesOf } from "./database/data-model.js";
export type { DrizzleReader, DrizzleRegister, DrizzleWriter } from "./database/drizzle.js";
export type { Expression, FilterBuilder } from "./database/filter.js";
export type {
  IndexRange,
  IndexRangeBuilder,
  LowerBoundedRange,
  UpperBoundedRange,
} from "./database/index-range.js";
export type {
  OrderDirection,
  PaginationOptions,
  PaginationResult,
  Query,
  TableQuery,
} from "./database/query.js";
export type { GenericDatabaseReader } from "./database/reader.js";
export type { SqlTag } from "./database/sql.js";
export type { GenericDatabaseWriter, PatchOf } from "./database/writer.js";
export {
  type ActionBuilder,
  type ArgsValidator,
  type CallerArgs,
  createFunctionBuilders,
  type FunctionBuilder,
  type FunctionBuilders,
  type HandlerArgs,
  type MutationBuilder,
  type QueryBuilder,
} from "./functions/builder.js";
export type {
  GenericActionCtx,
  GenericMutationCtx,
  GenericQueryCtx,
} from "./functions/context.js";
export type {
  ReferenceTo,
  RegisteredAction,
  RegisteredFunction,
  RegisteredMutation,
  RegisteredQuery,
} from "./functions/registered-function.js";
export { type ConvoyHandler, convoyHandler, type ConvoyHandlerOptions } from "./server/handler.js";
export type { HttpHandler, HttpRequest, HttpResponse } from "./server/http/node-handler.js";
export type { ServerLimits } from "./server/limits.js";
export type { ServerLog } from "./server/log/server-log.js";
