export interface PoolOptions {
  readonly url: string;
  /** Connections at most. */
  readonly max?: number;
  /** How many may wait for a connection when all are in use; more are refused at once. */
  readonly maxWaiting?: number;
  /** How long one waits for a connection, new or used. */
  readonly acquireTimeoutMs?: number;
  /** How long one statement may take. */
  readonly statementTimeoutMs?: number;
  /** How long Postgres may say nothing before a connection is taken for lost: longer than that. */
  readonly silenceMs?: number;
  /** How long a transaction may do nothing between two statements. */
  readonly idleInTransactionTimeoutMs?: number;
  /** How Postgres names the connections in `pg_stat_activity`. */
  readonly applicationName?: string;
  /** Whether who uses it tells others of what it writes; else Postgres does, at each commit. */
  readonly wakes?: boolean;
}

export type ResolvedPoolOptions = Required<PoolOptions>;

export function resolvePoolOptions(options: PoolOptions): ResolvedPoolOptions {
  const { statementTimeoutMs = 30_000 } = options;
  return {
    max: 10,
    maxWaiting: 1_000,
    acquireTimeoutMs: 10_000,
    statementTimeoutMs,
    silenceMs: statementTimeoutMs + 5_000,
    idleInTransactionTimeoutMs: 30_000,
    applicationName: "convoy",
    wakes: false,
    ...options,
  };
}
