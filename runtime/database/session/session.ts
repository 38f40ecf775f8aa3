import type { Parameter, Statement, StatementResult } from "./statement.js";

/** What a person's own SQL came back with: rows as `pg` makes them. */
export interface RawResult {
  readonly rows: readonly Record<string, unknown>[];
  readonly count: number;
}

/** Where the statements of one function call go: a snapshot of the database, or a transaction. */
export interface ReadSession {
  /**
   * Runs a statement. Calls that do not wait for one another share round trips, and run in the
   * order of the calls.
   *
   * @throws {ConvoyError} for whatever Postgres or the connection reports.
   */
  run(statement: Statement, parameters: readonly Parameter[]): Promise<StatementResult>;
  /**
   * Runs a person's own SQL, one statement with `$n` parameters, planned as Postgres thinks best.
   *
   * @throws {ConvoyError} for whatever Postgres or the connection reports, and for a statement that
   *   would end the transaction.
   */
  runRaw(text: string, parameters: readonly unknown[]): Promise<RawResult>;
}

/** A serializable transaction. */
export interface WriteSession extends ReadSession {
  /**
   * As `run`, for a statement that a handler may see fail and go on: a violated unique index leaves
   * the transaction usable.
   */
  runChecked(statement: Statement, parameters: readonly Parameter[]): Promise<StatementResult>;
}
