import { ConvoyError } from "../protocol/errors.js";
import {
  createApi,
  type FunctionReference,
  getFunctionName,
} from "../protocol/function-reference.js";
import { MUTATION_RESEND_MS } from "../protocol/http.js";
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
import { Connection, type ConnectionState } from "./store/connection.js";
import { deliverResults } from "./store/deliver-results.js";
import { MutationQueue } from "./store/mutation-queue.js";
import { describeQuery, encodeArgs } from "./store/query-description.js";
import { QueryStore } from "./store/query-store.js";
import type { QuerySnapshot } from "./store/snapshot.js";
import { cancelledBy } from "./transport/cancellation.js";
import { createHttpTransport } from "./transport/http-transport.js";
import { LiveQueries } from "./transport/live/live-queries.js";
import { PASSING_STATUSES } from "./transport/read-answer.js";
import { withRetries } from "./transport/retry.js";
import type { FunctionCall } from "./transport/transport.js";

/**
 * Longer than the 30 s that a server lets a mutation take: who gave up before its answer would send it
 * again and again, and never learn that it takes too long.
 */
const TIMEOUT_MS = 45_000;

/** Whether a call is sent again after an error that may pass. */
type Patience = (error: ConvoyError, attempt: number) => boolean;

/** How often a call is sent whose error is the server's own: for 13–26 s if it answers at once. */
const ATTEMPTS = 8;

const patience: { readonly [kind in "query" | "mutation" | "action"]: Patience } = {
  query: (_error, attempt) => attempt < 3,
  // Nobody knows what became of it, or the server is away: then it waits, and those behind it.
  mutation: ({ status, code }, attempt) =>
    attempt < ATTEMPTS || (PASSING_STATUSES.has(status) && code !== "mutation-conflict"),
  // It may not be safe to repeat.
  action: () => false,
};

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
  const setStatus = (status: ConnectionState["status"]): void => connection.update({ status });
  const onContact = (isReached: boolean): void => {
    // Who watches queries has a connection that knows better.
    if (!live.isActive) setStatus(isReached ? "connected" : "disconnected");
  };
  const transport = createHttpTransport({ url, timeoutMs, environment, onContact });

  /** Sends a call until it is answered, or there is no more hope. */
  async function send(call: Omit<FunctionCall, "signal">, signal?: AbortSignal): Promise<unknown> {
    const ended = cancelledBy([closed.signal, signal]);
    const since = environment.now();
    const sendOnce = (): Promise<unknown> => {
      // Then the server may have forgotten it, and would apply it once more.
      if (environment.now() - since > MUTATION_RESEND_MS) throw outcomeUnknown(call.name);
      return transport.call({ ...call, signal: ended.signal });
    };
    try {
      return await withRetries(sendOnce, patience[call.kind], environment, ended.signal);
    } finally {
      ended.release();
    }
  }

  let live!: LiveQueries;
  const store = new QueryStore((sink) => {
    live = new LiveQueries({ url, clientId, environment, sink, onStatus: setStatus });
    return live;
  }, environment.now);
  const mutations = new MutationQueue({
    store,
    send: (mutationId, name, body) =>
      send({ kind: "mutation", name, body, mutation: { clientId, mutationId } }),
    onLength: (pendingMutations) => connection.update({ pendingMutations }),
  });

  async function call(
    kind: "query" | "action",
    reference: FunctionReference,
    [args, options]: CallTuple<CallOptions>,
  ): Promise<unknown> {
    const [name, body] = [getFunctionName(reference), encodeArgs(args)];
    return send({ kind, name, body }, options?.signal);
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

function outcomeUnknown(name: string): ConvoyError {
  return new ConvoyError(
    "mutation-outcome-unknown",
    `The mutation "${name}" was not answered within 3 days. The server may have run it: read the data.`,
    { status: 504 },
  );
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
