import { useMemo, useSyncExternalStore } from "react";
import type { FunctionReference, ResultOf } from "../../protocol/function-reference.js";
import type { PublicQuery } from "../call.js";
import type { WatchedQuery, WatchOptions } from "../client.js";
import { IDLE, LOADING, type QuerySnapshot } from "../store/snapshot.js";
import { useConvoyClient } from "./provider.js";

/** The arguments of a query, or `"skip"` or null for no query at all; then options. */
export type QueryArgs<Reference extends FunctionReference> = {} extends Reference["~args"]
  ? [args?: Reference["~args"] | null | "skip", options?: WatchOptions]
  : [args: Reference["~args"] | null | "skip", options?: WatchOptions];

/** What `useQuery` knows of a query. */
export interface QueryState<Result> extends QuerySnapshot<Result> {
  /** Gets a new result. Resolves when it, or an error, is shown. */
  readonly refetch: () => Promise<void>;
}

/**
 * The result of a query, kept up to date while the component is mounted. `"skip"` or null instead
 * of arguments asks nothing; with `enabled: false`, nothing is fetched before `refetch()`.
 *
 * @example
 * const { data, error, isLoading } = useQuery(api.projects.listProjects, { userId });
 */
export function useQuery<Reference extends PublicQuery>(
  reference: Reference,
  ...[args, options]: QueryArgs<Reference>
): QueryState<ResultOf<Reference>> {
  const client = useConvoyClient();
  const enabled = options?.enabled ?? true;
  const isSkipped = args === null || args === "skip";
  const latest = isSkipped ? SKIPPED : client.watch(reference, args ?? {}, { enabled });
  // Arguments are mostly new objects with the same content: what they ask for is what counts.
  const query = useMemo(() => latest, [client, latest.key, enabled]);
  const getServerSnapshot = (): QuerySnapshot<never> => (enabled && !isSkipped ? LOADING : IDLE);
  const snapshot = useSyncExternalStore(query.subscribe, query.getSnapshot, getServerSnapshot);
  return useMemo(() => ({ ...snapshot, refetch: query.refetch }), [snapshot, query]);
}

const SKIPPED: WatchedQuery<never> = {
  key: "",
  getSnapshot: () => IDLE,
  subscribe: () => () => {},
  refetch: async () => {},
};
