/** A parameter in Postgres's text form; an array becomes a Postgres array. */
export type Parameter = string | null | readonly (string | null)[];

/** A row in Postgres's text form, in the order of the statement's columns. */
export type Row = readonly (string | null)[];

/**
 * A prepared statement. Its text is made once for each shape of a query; a connection parses and
 * plans it once under its name.
 */
export interface Statement {
  /** At most 63 bytes; equal for equal texts and for no others. Empty: planned anew each time. */
  readonly name: string;
  readonly text: string;
}

/** What a statement came back with. */
export interface StatementResult {
  readonly rows: readonly Row[];
  /** Rows read or written. */
  readonly count: number;
}
