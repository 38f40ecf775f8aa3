export { ConvoyError, type ConvoyErrorOptions } from "../protocol/errors.js";
export {
  type ArgsOf,
  type ArgsTuple,
  createApi,
  type FunctionKind,
  type FunctionReference,
  type FunctionVisibility,
  getFunctionName,
  type ResultOf,
} from "../protocol/function-reference.js";
export type { Id } from "../protocol/id.js";
export type { CallArgs, CallOptions, PublicAction, PublicMutation, PublicQuery } from "./call.js";
export type {
  ConvoyClient,
  ConvoyClientOptions,
  MutationOptions,
  WatchedQuery,
  WatchOptions,
} from "./client.js";
export { createConvoyClient } from "./create-client.js";
export type {
  ClientEnvironment,
  ClientWebSocket,
  Fetch,
  WebSocketClass,
} from "./environment.js";
export type { ConnectionState } from "./store/connection.js";
export type { OptimisticStore, OptimisticUpdate } from "./store/optimistic-update.js";
export type { QuerySnapshot } from "./store/snapshot.js";
