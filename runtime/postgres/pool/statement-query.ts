import { Query } from "pg";
import type {
  Parameter,
  Row,
  Statement,
  StatementResult,
} from "../../database/session/statement.js";

/** What `pg` tells how a query ended: an error, or none and the result. */
export type QueryCallback = (error: Error | null | undefined, result?: unknown) => void;

/**
 * A named statement whose rows stay as they arrive: every column as Postgres writes it. By itself,
 * `pg` would copy the configuration of the query property by property, and look up how to read each
 * column and make each row once more; for a get, that is more than all that Convoy does.
 *
 * Of `pg`, these are the methods that its connection calls on whatever it is given to submit.
 */
export class StatementQuery extends Query {
  declare readonly name: string;
  declare readonly values: readonly Parameter[];
  declare readonly callback: QueryCallback;
  readonly #rows: Row[] = [];
  #count = 0;

  constructor(
    { name, text }: Statement,
    parameters: readonly Parameter[],
    callback: QueryCallback,
  ) {
    super(text);
    this.name = name;
    this.values = parameters;
    this.callback = callback;
  }

  handleRowDescription(): void {}

  handleDataRow({ fields }: { readonly fields: Row }): void {
    this.#rows.push(fields);
  }

  /** The tag ends in the number of rows: `SELECT 20`, `INSERT 0 1`. */
  handleCommandComplete({ text }: { readonly text: string }): void {
    this.#count = Number(text.slice(text.lastIndexOf(" ") + 1)) || 0;
  }

  handleReadyForQuery(): void {
    const result: StatementResult = { rows: this.#rows, count: this.#count };
    this.callback(null, result);
  }
}
