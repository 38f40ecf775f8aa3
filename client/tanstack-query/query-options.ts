import type { DataTag, QueryFunctionContext } from "@tanstack/query-core";
import type { ConvoyError } from "../../protocol/errors.js";
import {
  type ArgsTuple,
  getFunctionName,
  type ResultOf,
} from "../../protocol/function-reference.js";
import type { PublicQuery } from "../call.js";
import type { ConvoyClient } from "../client.js";
import { encodeArgs } from "../store/query-description.js";
import { LiveEntries } from "./live-entries.js";

/** `["convoy", "projects.listProjects", { userId }]`, the arguments being in wire form. */
export type ConvoyQueryKey = readonly ["convoy", name: string, args: unknown];

/** What `useQuery`, `fetchQuery` and their like take. */
export interface ConvoyQueryOptions<Result> {
  readonly queryKey: DataTag<ConvoyQueryKey, Result, ConvoyError>;
  readonly queryFn: (context: QueryFunctionContext<ConvoyQueryKey>) => Promise<Result>;
  /** What is kept up to date is never stale; what no longer is, always. */
  readonly staleTime: (query: object) => number;
  /** Convoy's client tries again by itself, for as long as it takes. */
  readonly retry: false;
  readonly networkMode: "always";
  /** Results share what did not change already. */
  readonly structuralSharing: false;
}

/**
 * Makes options for TanStack Query whose entry in the cache is kept up to date for as long as
 * something uses it.
 *
 * @example
 * const convoy = queryOptions(client);
 * const { data } = useQuery(convoy(api.projects.listProjects, { userId }));
 */
export function queryOptions(
  client: ConvoyClient,
): <Reference extends PublicQuery>(
  reference: Reference,
  ...args: ArgsTuple<Reference>
) => ConvoyQueryOptions<ResultOf<Reference>> {
  const entries = new LiveEntries();
  return <Reference extends PublicQuery>(
    reference: Reference,
    ...[args = {}]: ArgsTuple<Reference>
  ): ConvoyQueryOptions<ResultOf<Reference>> => ({
    queryKey: [
      "convoy",
      getFunctionName(reference),
      JSON.parse(encodeArgs(args)),
    ] as unknown as DataTag<ConvoyQueryKey, ResultOf<Reference>, ConvoyError>,
    queryFn: ({ client: queryClient, queryKey, signal }) => {
      const watched = client.watch<PublicQuery>(reference, args);
      return entries.result(queryClient, queryKey, watched, signal);
    },
    staleTime: (query) => (entries.isLive(query) ? Number.POSITIVE_INFINITY : 0),
    retry: false,
    networkMode: "always",
    structuralSharing: false,
  });
}
