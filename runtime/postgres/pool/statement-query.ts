import { type Connection, Query } from "pg";
import type {
  Parameter,
  Row,
  Statement,
  StatementResult,
} from "../../database/session/statement.js";

/**
 * Told how a query ended: an error, or none and the result.
 *
 * @param tag of a statement: what Postgres calls it that was done, such as `INSERT 0 1` or `COMMIT`.
 */
export type Answered = (error: Error | null | undefined, result?: unknown, tag?: string) => void;

/** A statement on its way, and who waits for its answer. */
export interface SentStatement {
  readonly statement: Statement;
  readonly parameters: readonly Parameter[];
  readonly answered: Answered;
}

/** What `pg` does not tell of its connections. */
interface Wire {
  readonly stream: { cork(): void; uncork(): void };
  /** The texts of named statements that Postgres has, and that it is about to have. */
  readonly parsedStatements: Readonly<Record<string, string>>;
  readonly submittedNamedStatements: Record<string, string>;
  close(message: { readonly type: "S"; readonly name: string }): void;
  parse(message: { readonly name: string; readonly text: string }): void;
  bind(message: { readonly statement: string; readonly values: readonly (string | null)[] }): void;
  execute(): void;
  sync(): void;
}

/**
 * Names that Postgres was sent and may not have come to look at. PgBouncer takes them for given all
 * the same, and ends a session that gives one again without having closed it.
 */
const unsettledNames = new WeakMap<Wire, Set<string>>();

/**
 * Named statements that are sent as one: Postgres answers when it has done them all, so that there is
 * one packet each way. Once one has failed, those behind it are not run, and fail with it.
 *
 * Rows stay as they arrive: every column as Postgres writes it. By itself, `pg` would copy the
 * configuration of the query property by property, ask for the names of the columns, and look up how
 * to read each one and make each row once more; for a get, that is more than all that Convoy does.
 *
 * Of `pg`, these are the methods that its client calls on whatever it is given to submit.
 */
export class StatementQuery extends Query {
  declare name: string;
  declare text: string;
  declare readonly callback: () => void;
  readonly #sent: readonly SentStatement[];
  readonly #results: StatementResult[] = [];
  readonly #tags: string[] = [];
  #rows: Row[] = [];
  /** Names of those that Postgres had not parsed before. */
  readonly #parsed: string[] = [];

  constructor(sent: readonly SentStatement[]) {
    super("");
    this.#sent = sent;
    this.#expect(0);
    // Without one, `pg` would make a promise of its own.
    this.callback = () => {};
  }

  override readonly submit = (connection: Connection): null => {
    const wire = connection as unknown as Wire;
    wire.stream.cork();
    for (const { statement, parameters } of this.#sent) {
      const { name, text } = statement;
      if (!isKnown(wire, name)) {
        if (unsettledNames.get(wire)?.delete(name) === true) wire.close({ type: "S", name });
        wire.parse({ name, text });
        if (name !== "") wire.submittedNamedStatements[name] = text;
        this.#parsed.push(name);
      }
      wire.bind({ statement: name, values: parameters.map(parameterText) });
      wire.execute();
    }
    wire.sync();
    wire.stream.uncork();
    return null;
  };

  handleDataRow({ fields }: { readonly fields: Row }): void {
    this.#rows.push(fields);
  }

  /** The tag ends in the number of rows: `SELECT 20`, `INSERT 0 1`. */
  handleCommandComplete({ text: tag }: { readonly text: string }): void {
    const count = Number(tag.slice(tag.lastIndexOf(" ") + 1)) || 0;
    this.#results.push({ rows: this.#rows, count });
    this.#tags.push(tag);
    this.#rows = [];
    this.#expect(this.#results.length);
  }

  handleReadyForQuery(): void {
    for (const [at, { answered }] of this.#sent.entries()) {
      answered(null, this.#results[at], this.#tags[at]);
    }
  }

  handleError(error: Error, connection: Connection): void {
    // Postgres has not looked at what came behind the one that failed.
    const wire = connection as unknown as Wire;
    for (const name of this.#parsed) {
      delete wire.submittedNamedStatements[name];
      if (name !== "" && wire.parsedStatements[name] === undefined) unsettle(wire, name);
    }
    for (const [at, { answered }] of this.#sent.entries()) {
      const result = this.#results[at];
      if (result === undefined) answered(error);
      else answered(null, result, this.#tags[at]);
    }
  }

  /** By its name and text, `pg` keeps what Postgres has parsed. */
  #expect(at: number): void {
    const next = this.#sent[at]?.statement;
    if (next === undefined) return;
    this.name = next.name;
    this.text = next.text;
  }
}

function isKnown({ parsedStatements, submittedNamedStatements }: Wire, name: string): boolean {
  if (name === "") return false;
  return parsedStatements[name] !== undefined || submittedNamedStatements[name] !== undefined;
}

function unsettle(wire: Wire, name: string): void {
  const names = unsettledNames.get(wire);
  if (names === undefined) unsettledNames.set(wire, new Set([name]));
  else names.add(name);
}

/** An array as Postgres reads it. */
function parameterText(parameter: Parameter): string | null {
  if (parameter === null || typeof parameter === "string") return parameter;
  const elements = parameter.map((element) =>
    element === null ? "NULL" : `"${element.replaceAll(/["\\]/g, String.raw`\$&`)}"`,
  );
  return `{${elements.join(",")}}`;
}
