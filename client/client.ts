/// <reference lib="esnext.disposable" preserve="true" />
import type { ConvoyError } from "../protocol/errors.js";
import type { ArgsOf, ResultOf } from "../protocol/function-reference.js";
import type { CallArgs, CallOptions, PublicAction, PublicMutation, PublicQuery } from "./call.js";
import type { ClientEnvironment } from "./environment.js";
import type { ConnectionState } from "./store/connection.js";
import type { OptimisticUpdate } from "./store/optimistic-update.js";
import type { QuerySnapshot } from "./store/snapshot.js";

export interface ConvoyClientOptions extends Partial<ClientEnvironment> {
  /** Where the server is: `http://localhost:3210`. By default, the origin of the page. */
  readonly url?: string;
  /** How long a call may take each time that it is sent: longer than the server's limit. Default: 45 s. */
  readonly timeoutMs?: number;
}

export interface MutationOptions<Args> {
  /** Shows what the mutation will do, until its effect has come from the server. */
  readonly optimisticUpdate?: OptimisticUpdate<Args>;
}

export interface WatchOptions {
  /** With `false`, nothing is fetched before `refetch()`. */
  readonly enabled?: boolean;
}

/** A query whose result is watched: what a binding to a framework builds on. */
export interface WatchedQuery<Result> {
  /** Equal for equal queries with equal arguments. */
  readonly key: string;
  /** What is known; the same object until something changes. */
  getSnapshot(): QuerySnapshot<Result>;
  /** Calls `listener` after each change. The query is kept up to date until the returned `stop()`. */
  subscribe(listener: () => void): () => void;
  /** Resolves when a new result, or an error, is in the snapshot. */
  refetch(): Promise<void>;
}

/** Calls the functions of a project, and keeps the results of queries. */
export interface ConvoyClient<Api = unknown> extends AsyncDisposable {
  /** References to the functions, for a client that is made with `createConvoyClient<Api>(…)`. */
  readonly api: Api;

  /** The result of a query, as it is now. */
  query<Reference extends PublicQuery>(
    reference: Reference,
    ...args: CallArgs<Reference, CallOptions>
  ): Promise<ResultOf<Reference>>;

  /**
   * Runs a mutation, after those that were called before. It is sent again until the server has
   * answered, which applies it once. Resolves when watched queries show its effect.
   */
  mutation<Reference extends PublicMutation>(
    reference: Reference,
    ...args: CallArgs<Reference, MutationOptions<ArgsOf<Reference>>>
  ): Promise<ResultOf<Reference>>;

  /** Runs an action. It is sent once: an action may not be safe to repeat. */
  action<Reference extends PublicAction>(
    reference: Reference,
    ...args: CallArgs<Reference, CallOptions>
  ): Promise<ResultOf<Reference>>;

  /**
   * Calls `onResult` with the result of a query and with each one that differs, until the returned
   * `stop()`. Without `onError`, errors are thrown where nobody can catch them.
   */
  subscribe<Reference extends PublicQuery>(
    reference: Reference,
    args: ArgsOf<Reference>,
    onResult: (result: ResultOf<Reference>) => void,
    onError?: (error: ConvoyError) => void,
  ): () => void;

  /** A query to watch. Nothing happens until somebody subscribes. */
  watch<Reference extends PublicQuery>(
    reference: Reference,
    ...args: CallArgs<Reference, WatchOptions>
  ): WatchedQuery<ResultOf<Reference>>;

  readonly connection: {
    readonly state: ConnectionState;
    /** Calls `listener` after each change of the state, until the returned `stop()`. */
    subscribe(listener: () => void): () => void;
  };

  /** Ends everything at once. Calls without an answer reject with the code `client-closed`. */
  close(): Promise<void>;
}
