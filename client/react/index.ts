export { ConvoyProvider, useConvoyClient } from "./provider.js";
export { useAction } from "./use-action.js";
export { useConnectionState } from "./use-connection-state.js";
export { type MutationFunction, useMutation } from "./use-mutation.js";
export {
  type PaginatedArgs,
  type PaginatedQuery,
  type PaginatedState,
  usePaginatedQuery,
} from "./use-paginated-query.js";
export { type QueryArgs, type QueryState, useQuery } from "./use-query.js";
