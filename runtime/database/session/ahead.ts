import type { Connection } from "../../postgres/pool/connection.js";
import type { Parameter, Statement } from "./statement.js";

/** Statements, and characters of their parameters, that may be on their way without an answer. */
const MAX_STATEMENTS = 100;
const MAX_LENGTH = 256 * 1024;

/** The statements of a transaction whose answers its handler does not wait for. */
export class AheadStatements {
  readonly #connection: Connection;
  readonly #failed: (error: unknown) => Promise<void>;
  #statements = 0;
  #length = 0;
  #last: Promise<void> = Promise.resolve();

  constructor(connection: Connection, failed: (error: unknown) => Promise<void>) {
    this.#connection = connection;
    this.#failed = failed;
  }

  /** Resolves at once, unless so much is on its way that more would only fill the memory. */
  send(statement: Statement, parameters: readonly Parameter[]): Promise<void> | null {
    const length = lengthOf(parameters);
    this.#statements += 1;
    this.#length += length;
    const answered = (): void => {
      this.#statements -= 1;
      this.#length -= length;
    };
    this.#last = this.#connection
      .runAhead(statement, parameters)
      .then(answered, (error: unknown) => this.#failed(error).then(answered));
    const isTooMuch = this.#statements > MAX_STATEMENTS || this.#length > MAX_LENGTH;
    return isTooMuch ? this.#last : null;
  }

  /** Resolves when all have been answered: Postgres does so in their order. */
  answered(): Promise<void> {
    return this.#last;
  }
}

function lengthOf(parameters: readonly Parameter[]): number {
  let length = 0;
  for (const parameter of parameters) {
    if (typeof parameter === "string") length += parameter.length;
    else if (parameter !== null) length += lengthOf(parameter);
  }
  return length;
}
