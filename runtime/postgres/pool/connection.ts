import type { CustomTypesConfig, PoolClient, QueryResult } from "pg";
import type { Parameter, Statement, StatementResult } from "../../database/session/statement.js";
import { failureOf } from "../errors/sqlstate.js";
import { closeSocket } from "./end-client.js";
import { socketOf } from "./socket.js";
import { type Answered, type SentStatement, StatementQuery } from "./statement-query.js";

/** A statement that a person wrote, and how its values are read. */
export interface RawQuery {
  readonly text: string;
  readonly parameters: readonly unknown[];
  readonly types: CustomTypesConfig;
  readonly rowMode?: "array";
}

const commit: Statement = { name: "convoy_commit", text: "commit" };

/** Postgres keeps a plan for each name: one that has made too many gives its connection back for good. */
const maxNamedStatements = 1_000;

/**
 * One connection, for as long as one function call has it. What is sent without waiting shares round
 * trips and runs in the order of the calls; each statement is answered by itself, so a failed one
 * does not keep those behind it from running unless a transaction does.
 *
 * Errors are `pg`'s own: the session tells them as Convoy does.
 */
export class Connection {
  readonly #client: PoolClient;
  readonly #names: Set<string>;
  readonly #onError = (error: Error): void => {
    this.#lost ??= error;
  };
  readonly #silenceMs: number;
  #silence: NodeJS.Timeout | null = null;
  #lost: unknown = null;
  #unfit = false;
  #inFlight = 0;
  #gathers = false;
  /** Statements that leave with the next one, or at the end of this moment. */
  #ahead: SentStatement[] = [];

  /**
   * @param names the names of the statements that this client has seen, over all its leases.
   * @param silenceMs after so long without an answer, the connection is taken for lost.
   */
  constructor(client: PoolClient, names: Set<string>, silenceMs: number) {
    this.#client = client;
    this.#names = names;
    this.#silenceMs = silenceMs;
    // Without a listener, a connection that is lost between two statements would end the process.
    client.on("error", this.#onError);
  }

  /** Why the connection is gone; `null` while nothing says that it is. */
  get lost(): unknown {
    return this.#lost;
  }

  /** A named statement, which Postgres parses once. */
  run(statement: Statement, parameters: readonly Parameter[]): Promise<StatementResult> {
    const result = this.runAhead(statement, parameters);
    this.#sendAhead();
    return result;
  }

  /**
   * As `run`, for a statement whose answer nobody waits for before sending the next: in a transaction.
   * Both are one packet each way, and should this one fail, the next is not run.
   */
  runAhead(statement: Statement, parameters: readonly Parameter[]): Promise<StatementResult> {
    return new Promise((resolve, reject) => {
      this.#ahead.push({ statement, parameters, answered: this.#answeredBy(resolve, reject) });
      this.#gather();
    });
  }

  /** Whether it has committed: of a transaction that has failed, Postgres says ROLLBACK, and no error. */
  commit(): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const answered = this.#answeredBy((_, tag) => resolve(tag === "COMMIT"), reject);
      this.#ahead.push({ statement: commit, parameters: [], answered });
      this.#gather();
      this.#sendAhead();
    });
  }

  /** One statement of a person's, never more: the extended protocol takes one. */
  runRaw(query: RawQuery): Promise<QueryResult<Record<string, unknown>>> {
    const { text, parameters, types, rowMode } = query;
    return this.#send({
      text,
      values: parameters as unknown[],
      types,
      queryMode: "extended",
      ...(rowMode !== undefined && { rowMode }),
    });
  }

  /** Text of our own, such as `commit`. The answer is the tag of its last command. */
  async command(text: string): Promise<string> {
    const result = await this.#send<QueryResult | QueryResult[]>(text);
    const last = Array.isArray(result) ? result.at(-1) : result;
    return last?.command ?? "";
  }

  /** It is taken for lost, and what waits for an answer is told so. */
  abandon(): void {
    this.#lost ??= Object.assign(new Error("Postgres does not answer."), { code: "ETIMEDOUT" });
    closeSocket(this.#client);
  }

  /** It does not go back into the pool, whatever its state. */
  discard(): void {
    this.#unfit = true;
  }

  /** Gives the connection back; one that is in a transaction still, or lost, is closed instead. */
  release(): void {
    if (this.#silence !== null && this.#inFlight === 0) clearTimeout(this.#silence);
    const fit =
      !this.#unfit &&
      this.#lost === null &&
      this.#inFlight === 0 &&
      this.#names.size < maxNamedStatements &&
      // `null` where nothing was ever sent.
      (this.#client.getTransactionStatus() ?? "I") === "I";
    this.#client.release(!fit);
    // `pg` listens again from here on.
    this.#client.off("error", this.#onError);
  }

  #sendAhead(): void {
    if (this.#ahead.length === 0) return;
    const sent = this.#ahead;
    this.#ahead = [];
    for (const { statement } of sent) this.#names.add(statement.name);
    this.#client.query(new StatementQuery(sent));
  }

  #send<Result>(query: string | object): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#gather();
      this.#sendAhead();
      this.#client.query(query as string, this.#answeredBy(resolve, reject));
    });
  }

  /**
   * What is sent in one go leaves in one packet, such as BEGIN and the first statement: each write
   * costs a call of the system, and may wake Postgres for itself.
   */
  #gather(): void {
    if (this.#gathers) return;
    this.#gathers = true;
    const socket = socketOf(this.#client);
    socket.cork();
    process.nextTick(() => {
      this.#sendAhead();
      this.#gathers = false;
      socket.uncork();
    });
  }

  /** A query is in flight from here on, until `pg` calls what this returns. */
  #answeredBy<Result>(
    resolve: (result: Result, tag?: string) => void,
    reject: (error: unknown) => void,
  ): Answered {
    this.#inFlight++;
    this.#expectAnswer();
    let answered = false;
    return (error, result, tag) => {
      // `pg` answers twice when a parameter cannot be sent: at once, and when Postgres is ready.
      if (!answered) this.#inFlight--;
      answered = true;
      this.#expectAnswer();
      if (error === null || error === undefined) resolve(result as Result, tag);
      else reject(this.#reasonFor(error));
    };
  }

  /** A network may lose a connection without a word to either side: then nobody would ever answer. */
  #expectAnswer(): void {
    if (this.#silence !== null) {
      this.#silence.refresh();
      return;
    }
    this.#silence = setTimeout(() => {
      if (this.#inFlight > 0) this.abandon();
    }, this.#silenceMs).unref();
  }

  /** The first thing that was said of a lost connection; what follows only repeats that it is lost. */
  #reasonFor(error: Error): Error {
    if (failureOf(error) === "lost") this.#lost ??= error;
    else if (this.#lost === null) return error;
    return this.#lost as Error;
  }
}
