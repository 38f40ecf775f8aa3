import type { ConvoyError } from "../../protocol/errors.js";
import type { WatchedQuery } from "../client.js";

/** Calls `onResult` and `onError` with each new result and error, until the returned `stop()`. */
export function deliverResults<Result>(
  query: WatchedQuery<Result>,
  onResult: (result: Result) => void,
  onError: (error: ConvoyError) => void,
): () => void {
  let data: Result | undefined;
  let error: ConvoyError | undefined;
  let isStopped = false;
  const deliver = (): void => {
    if (isStopped) return;
    const before = { data, error };
    ({ data, error } = query.getSnapshot());
    if (data !== undefined && !Object.is(data, before.data)) onResult(data);
    if (error !== undefined && error !== before.error) onError(error);
  };
  const stop = query.subscribe(deliver);
  // A result that is known already is delivered too, but not before the caller has its `stop`.
  queueMicrotask(deliver);
  return () => {
    isStopped = true;
    stop();
  };
}
