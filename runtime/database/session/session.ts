import type { CustomTypesConfig } from "pg";
import type { ReadRecorder } from "../reads/read-recorder.js";
import type { Parameter, Statement, StatementResult } from "./statement.js";

/** What a person's own SQL came back with. */
export interface RawResult {
  /** Objects by column name, or arrays where these were asked for. */
  readonly rows: readonly Record<string, unknown>[];
  readonly count: number;
  /** Such as `SELECT`. */
  readonly command: string;
  readonly fields: readonly { readonly name: string; readonly dataTypeID: number }[];
}

export interface RawOptions {
  /** Rows as arrays, for those who know the columns. */
  readonly rowMode?: "array";
  /** How values are read; by default as `rawTypes` says. */
  readonly types?: CustomTypesConfig;
}

/** Where the statements of one function call go: a snapshot of the database, or a transaction. */
export interface ReadSession {
  /** Whoever wants to know what is read; without one, nobody does. */
  readonly reads?: ReadRecorder;
  /**
   * Runs a statement. Calls that do not wait for one another share round trips, and run in the
   * order of the calls.
   *
   * @throws {ConvoyError} for whatever Postgres or the connection reports.
   */
  run(statement: Statement, parameters: readonly Parameter[]): Promise<StatementResult>;
  /**
   * Runs a person's own SQL, one statement with `$n` parameters, planned as Postgres thinks best. A
   * handler may see it fail and go on.
   *
   * @throws {ConvoyError} for whatever Postgres or the connection reports, and for a statement that
   *   would end the transaction.
   */
  runRaw(text: string, parameters: readonly unknown[], options?: RawOptions): Promise<RawResult>;
}

/** A serializable transaction. */
export interface WriteSession extends ReadSession {
  /**
   * As `run`, for a statement that a handler may see fail and go on: a violated unique index leaves
   * the transaction usable.
   */
  runChecked(statement: Statement, parameters: readonly Parameter[]): Promise<StatementResult>;
  /**
   * As `run`, for a write that nothing but a fault refuses. It may resolve before Postgres has answered;
   * should Postgres refuse it after all, the work runs once more and is told in its place.
   */
  runAhead(statement: Statement, parameters: readonly Parameter[]): Promise<void>;
  /**
   * Runs a part of the transaction of its own: if it fails, all that it did is undone, and the rest
   * may go on. What is sent outside of it meanwhile waits.
   */
  nested<Result>(work: (session: WriteSession) => Promise<Result>): Promise<Result>;
}
