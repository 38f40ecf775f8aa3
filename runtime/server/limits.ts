/** What a server takes at most; each has a bound so that no client can use all there is. */
export interface ServerLimits {
  /** Bytes of the arguments of one call. */
  readonly bodyBytes: number;
  /** Bytes of all arguments that are arriving at the same time. */
  readonly arrivingBytes: number;
  /** Characters of a path with its query. */
  readonly urlLength: number;
  /** Calls that run at the same time; more are refused, and may be sent again. */
  readonly runningCalls: number;
  /** Sockets that are open at the same time; more are closed at once. */
  readonly connections: number;
  /** Clients that watch queries at the same time; more are told to come back. */
  readonly liveSessions: number;
  /** Queries that one client watches at the same time. */
  readonly watchesPerSession: number;
  /** How long the headers of a request may take to arrive. */
  readonly headersMs: number;
  /** How long a whole request may take to arrive. */
  readonly requestMs: number;
  /** How long a connection may stay open without a request. */
  readonly keepAliveMs: number;
  /** How long running calls may go on once the server is asked to stop. */
  readonly drainMs: number;
}

export const usualLimits: ServerLimits = {
  bodyBytes: 1024 * 1024,
  arrivingBytes: 128 * 1024 * 1024,
  urlLength: 2048,
  runningCalls: 1000,
  connections: 10_000,
  liveSessions: 10_000,
  watchesPerSession: 1_000,
  headersMs: 10_000,
  requestMs: 30_000,
  // Load balancers keep theirs for 60 seconds: the server must not be the first to close.
  keepAliveMs: 65_000,
  // Kubernetes and Docker kill after 30 and 10 seconds; the latter can be told to wait.
  drainMs: 20_000,
};
