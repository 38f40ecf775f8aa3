import { ConvoyError } from "../protocol/errors.js";
import {
  createApi,
  type FunctionReference,
  getFunctionName,
} from "../protocol/function-reference.js";
import { decodeWire } from "../protocol/wire-value.js";
import type { CallOptions } from "./call.js";
import type {
  ConvoyClient,
  ConvoyClientOptions,
  MutationOptions,
  WatchedQuery,
  WatchOptions,
} from "./client.js";
import { defaultEnvironment } from "./environment.js";
import { Connection } from "./store/connection.js";
import { deliverResults } from "./store/deliver-results.js";
import { MutationQueue } from "./store/mutation-queue.js";
import { describeQuery, encodeArgs } from "./store/query-description.js";
import { QueryStore } from "./store/query-store.js";
import type { QuerySnapshot } from "./store/snapshot.js";
import { cancelledBy } from "./transport/cancellation.js";
import { FetchedQueries, type FetchQuery } from "./transport/fetched-queries.js";
import { createHttpTransport } from "./transport/http-transport.js";
import { withRetries } from "./transport/retry.js";
import type { FunctionCall } from "./transport/transport.js";

const TIMEOUT_MS = 30_000;

/** How often a query is sent before its error is shown. */
const QUERY_ATTEMPTS = 3;

/** How often a mutation is sent before it rejects: for 13–26 s where nothing answers at all. */
const MUTATION_ATTEMPTS = 8;

/** An action is sent once: it may not be safe to repeat. */
const ACTION_ATTEMPTS = 1;

/**
 * A client of the server at `url`. Close it when it is no longer needed, as `await using` does.
 *
 * @example
 * const client = createConvoyClient({ url: "http://localhost:3210" });
 * const projects = await client.query(api.projects.listProjects, { userId });
 */
export function createConvoyClient<Api = unknown>(
  options: ConvoyClientOptions = {},
): ConvoyClient<Api> {
  const { url = "", timeoutMs = TIMEOUT_MS, ...given } = options;
  const environment = { ...defaultEnvironment, ...given };
  const clientId = createClientId();
  const closed = new AbortController();
  const connection = new Connection();
  const onContact = (isReached: boolean): void =>
    connection.update({ status: isReached ? "connected" : "disconnected" });
  const transport = createHttpTransport({ url, timeoutMs, environment, onContact });

  /** Sends a call up to `attempts` times. */
  async function send(
    call: Omit<FunctionCall, "signal">,
    attempts: number,
    signal?: AbortSignal,
  ): Promise<unknown> {
    const ended = cancelledBy([closed.signal, signal]);
    const sendOnce = (): Promise<unknown> => transport.call({ ...call, signal: ended.signal });
    try {
      return await withRetries(sendOnce, attempts, environment, ended.signal);
    } finally {
      ended.release();
    }
  }

  const store = new QueryStore((sink) => {
    const fetch: FetchQuery = ({ name, body }, signal) =>
      send({ kind: "query", name, body }, QUERY_ATTEMPTS, signal);
    return new FetchedQueries({ fetch, environment, sink });
  }, environment.now);
  const mutations = new MutationQueue({
    store,
    send: (mutationId, name, body) =>
      send({ kind: "mutation", name, body, mutation: { clientId, mutationId } }, MUTATION_ATTEMPTS),
    onLength: (pendingMutations) => connection.update({ pendingMutations }),
  });

  async function call(
    kind: "query" | "action",
    reference: FunctionReference,
    [args, options]: CallTuple<CallOptions>,
  ): Promise<unknown> {
    const attempts = kind === "query" ? QUERY_ATTEMPTS : ACTION_ATTEMPTS;
    const [name, body] = [getFunctionName(reference), encodeArgs(args)];
    return send({ kind, name, body }, attempts, options?.signal);
  }

  async function mutate(
    reference: FunctionReference,
    [args, options]: CallTuple<MutationOptions<unknown>>,
  ): Promise<unknown> {
    const [name, body] = [getFunctionName(reference), encodeArgs(args)];
    const update = options?.optimisticUpdate;
    if (update === undefined) return mutations.run(name, body, null);
    // As the server gets them: the caller's own may have changed when the update runs again.
    const sent = decodeWire(JSON.parse(body));
    return mutations.run(name, body, (results) => update(results, sent));
  }

  function watch(
    reference: FunctionReference,
    [args, { enabled = true } = {}]: CallTuple<WatchOptions>,
  ): WatchedQuery<never> {
    const query = describeQuery(reference, args);
    return {
      key: query.key,
      getSnapshot: () => store.snapshot(query, enabled) as QuerySnapshot<never>,
      subscribe: (listener) => store.watch(query, listener, enabled),
      refetch: () => store.refetch(query),
    };
  }

  return {
    api: createApi<Api>(),
    query: (reference, ...args) => call("query", reference, args),
    mutation: (reference, ...args) => mutate(reference, args),
    action: (reference, ...args) => call("action", reference, args),
    watch: (reference, ...args) => watch(reference, args),
    subscribe: (reference, args, onResult, onError = throwError) =>
      deliverResults(watch(reference, [args]), onResult, onError),
    connection,
    close,
    [Symbol.asyncDispose]: close,
  };

  async function close(): Promise<void> {
    store.close();
    closed.abort(
      new ConvoyError("client-closed", "The client was closed before an answer came.", {
        status: 499,
      }),
    );
  }
}

type CallTuple<Options> = readonly [args?: unknown, options?: Options];

function throwError(error: ConvoyError): never {
  throw error;
}

/** 128 random bits: enough that no two clients have the same. */
function createClientId(): string {
  // Not `randomUUID`, which pages without TLS do not have.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
