export { type ConvoyQueryKey, type ConvoyQueryOptions, queryOptions } from "./query-options.js";
