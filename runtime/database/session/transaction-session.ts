import type { QueryResult } from "pg";
import type { ConvoyError } from "../../../protocol/errors.js";
import { databaseError } from "../../postgres/errors/database-error.js";
import { failureOf } from "../../postgres/errors/sqlstate.js";
import type { UniqueIndexLookup } from "../../postgres/errors/violation.js";
import type { Connection, RawQuery } from "../../postgres/pool/connection.js";
import { plannerOff, plannerOn } from "../../postgres/pool/settings.js";
import { AheadStatements } from "./ahead.js";
import type { Begin } from "./begin.js";
import { Guard } from "./guard.js";
import { PartCalls } from "./part-calls.js";
import { guardRawSql } from "./raw-guard.js";
import { rawTypes } from "./raw-types.js";
import type { RawOptions, RawResult, WriteSession } from "./session.js";
import { endedError, restarted } from "./session-errors.js";
import type { Parameter, Statement, StatementResult } from "./statement.js";
import { Turns } from "./turns.js";

/**
 * How statements are run.
 *
 * - `single`: one statement, which is a snapshot by itself.
 * - `plain`: a transaction that ends with the first statement that fails.
 * - `ahead`: the same, in which writes that nothing should refuse are not waited for.
 * - `guarded`: a transaction in which a statement that may fail has a savepoint of its own.
 */
export type SessionMode = "single" | "plain" | "ahead" | "guarded";

export interface TransactionSessionOptions {
  readonly connection: Connection;
  readonly mode: SessionMode;
  readonly begin: Begin;
  readonly uniqueIndex?: UniqueIndexLookup | undefined;
  /** Between the first statement's answer and what comes of it. */
  readonly begun?: (() => Promise<void>) | undefined;
}

/**
 * The statements of one attempt at a function call, on one connection. It stands between the handler,
 * which may send anything at any time and catch any error, and the transaction, of which Postgres
 * lets nothing be used once a statement has failed.
 */
export class TransactionSession implements WriteSession {
  readonly #connection: Connection;
  readonly #begin: Begin;
  readonly #ahead: AheadStatements;
  readonly #uniqueIndex: UniqueIndexLookup | undefined;
  readonly #begun: (() => Promise<void>) | undefined;
  readonly #mode: SessionMode;
  /** The answer to BEGIN; `null` before it was sent. */
  #beginning: Promise<void> | null = null;
  readonly #guard: Guard;
  #statements = 0;
  #usedRaw = false;
  #ended = false;
  #failure: ConvoyError | null = null;
  #failureWasChecked = false;
  #fatal: Error | null = null;
  #late: ConvoyError | null = null;
  #beginFailure: ConvoyError | null = null;
  #restart: "plain" | "guarded" | null = null;
  #pending = 0;
  #settled: (() => void) | null = null;
  readonly #root: WriteSession = this.#part();
  readonly #turns = new Turns<WriteSession>(this.#root);
  #nestings = 0;

  constructor(options: TransactionSessionOptions) {
    this.#connection = options.connection;
    this.#mode = options.mode;
    this.#begin = options.begin;
    this.#ahead = new AheadStatements(options.connection, (error) => this.#failAhead(error));
    this.#guard = new Guard(options.connection, () => this.#fatal ?? this.#failure);
    this.#uniqueIndex = options.uniqueIndex;
    this.#begun = options.begun;
  }

  /** Statements that the handler has sent. */
  get statements(): number {
    return this.#statements;
  }

  get usedRaw(): boolean {
    return this.#usedRaw;
  }

  /** Whether there is a transaction to end. */
  get inTransaction(): boolean {
    return this.#beginning !== null;
  }

  /** There is no transaction, and what BEGIN should have locked is not. */
  get beginFailure(): ConvoyError | null {
    return this.#beginFailure;
  }

  /** A statement failed, and Postgres will not commit. */
  get failure(): ConvoyError | null {
    return this.#failure;
  }

  /** Whether a savepoint would have left the transaction usable. */
  get needsGuard(): boolean {
    return this.#isPlain && this.#failure !== null && this.#failureWasChecked;
  }

  /** A conflict or a lost connection, as `pg` reported it: whatever the handler made of it is void. */
  get fatal(): Error | null {
    return this.#fatal;
  }

  /** A statement that nobody waited for failed after the handler had ended. */
  get late(): ConvoyError | null {
    return this.#late;
  }

  /** Whether nothing is known that would keep it from being committed. */
  get isSound(): boolean {
    return (
      this.#fatal === null &&
      this.#failure === null &&
      this.#late === null &&
      this.#restart === null
    );
  }

  /** The mode in which the work must run again: this one could not go on. */
  get restart(): "plain" | "guarded" | null {
    return this.#restart;
  }

  run(statement: Statement, parameters: readonly Parameter[]): Promise<StatementResult> {
    return this.#root.run(statement, parameters);
  }

  runChecked(statement: Statement, parameters: readonly Parameter[]): Promise<StatementResult> {
    return this.#root.runChecked(statement, parameters);
  }

  runAhead(statement: Statement, parameters: readonly Parameter[]): Promise<void> {
    return this.#root.runAhead(statement, parameters);
  }

  runRaw(
    text: string,
    parameters: readonly unknown[],
    options: RawOptions = {},
  ): Promise<RawResult> {
    return this.#root.runRaw(text, parameters, options);
  }

  nested<Result>(work: (session: WriteSession) => Promise<Result>): Promise<Result> {
    return this.#root.nested(work);
  }

  /** One part of the transaction, the whole or a nested mutation, with what it has sent. */
  #part(calls: PartCalls = new PartCalls()): WriteSession {
    const track = <Result>(call: () => Promise<Result>): Promise<Result> => calls.track(call);
    const part: WriteSession = {
      run: (statement, parameters) =>
        track(() => {
          const send = () => this.#connection.run(statement, parameters);
          return this.#perform(part, send, false, "statement");
        }),
      runChecked: (statement, parameters) =>
        track(() => {
          const send = () => this.#connection.run(statement, parameters);
          return this.#perform(part, send, true, "statement");
        }),
      runAhead: (statement, parameters) => track(() => this.#runAhead(part, statement, parameters)),
      runRaw: (text, parameters, options = {}) =>
        track(() => this.#raw(part, text, parameters, options)),
      nested: (work) => track(() => this.#nest(part, work)),
    };
    return part;
  }

  /**
   * Runs a part behind a savepoint. What the parts around it send waits meanwhile, so that all that
   * is undone is what the part did.
   */
  async #nest<Result>(
    outer: WriteSession,
    work: (session: WriteSession) => Promise<Result>,
  ): Promise<Result> {
    // `end` waits for it, and it is refused what it sends from then on.
    this.#pending++;
    try {
      this.#refuseUnlessUsable();
      const name = `convoy_nested_${++this.#nestings}`;
      const calls = new PartCalls();
      const inner = this.#part(calls);
      // Nothing may come between: of two parts that wait for their turn, one takes it.
      while (!this.#turns.isOf(outer)) await this.#turns.end();
      const end = this.#turns.begin(inner, outer);
      try {
        await this.begin();
        this.#refuseUnlessUsable();
        return await this.#inNestedSavepoint(name, async () => {
          try {
            return await work(inner);
          } finally {
            // What the handler did not wait for belongs to the part all the same.
            await calls.close();
          }
        });
      } finally {
        end();
      }
    } catch (error) {
      if (this.#ended) this.#late ??= endedError();
      throw error;
    } finally {
      if (--this.#pending === 0) this.#settled?.();
    }
  }

  async #inNestedSavepoint<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    try {
      // Should it fail, so does what follows.
      this.#connection.command(`savepoint ${name}`).catch(() => {});
      const result = await work();
      this.#refuseUnlessUsable();
      await this.#connection.command(`release savepoint ${name}`);
      return result;
    } catch (error) {
      await this.#undo(name, error);
      throw error;
    }
  }

  async #undo(savepoint: string, error: unknown): Promise<void> {
    if (this.#fatal !== null || this.#restart !== null) return;
    try {
      await this.#connection.command(
        `rollback to savepoint ${savepoint}; release savepoint ${savepoint}`,
      );
      this.#failure = null;
    } catch (undoError) {
      this.#fail(undoError, "statement");
      throw error;
    }
  }

  async #turnOf(part: WriteSession): Promise<void> {
    this.#pending++;
    try {
      while (!this.#turns.isOf(part)) await this.#turns.end();
      this.#refuseUnlessUsable();
    } finally {
      if (--this.#pending === 0) this.#settled?.();
    }
  }

  /**
   * Never behind a savepoint: should it fail, then COMMIT, which may be on its way, cannot commit what
   * was written before it.
   */
  async #runAhead(
    part: WriteSession,
    statement: Statement,
    parameters: readonly Parameter[],
  ): Promise<void> {
    const isFirst = this.#statements === 0;
    if (
      this.#mode !== "ahead" ||
      this.#begin.kind === "text" ||
      this.#nestings > 0 ||
      (isFirst && this.#begun !== undefined)
    ) {
      const send = () => this.#connection.run(statement, parameters);
      await this.#perform(part, send, false, "statement");
      return;
    }
    this.#refuseUnlessUsable();
    this.#statements++;
    void this.sendBegin();
    const answered = this.#ahead.send(statement, parameters);
    if (answered === null) return;
    await answered;
    this.#refuseUnlessUsable();
  }

  async #raw(
    part: WriteSession,
    text: string,
    parameters: readonly unknown[],
    options: RawOptions,
  ): Promise<RawResult> {
    guardRawSql(text);
    if (this.#mode === "single" && !this.#ended) {
      // The planner's settings and what SQL may call need a transaction.
      this.#restart = "plain";
      throw restarted();
    }
    this.#usedRaw = true;
    const query = { text, parameters, types: options.types ?? rawTypes, ...options };
    const result = await this.#perform(part, () => this.#sendRaw(query), true, "raw");
    return {
      rows: result.rows,
      count: result.rowCount ?? 0,
      command: result.command,
      fields: result.fields,
    };
  }

  /** Sends BEGIN, unless it was sent. Its failure is the failure of the transaction. */
  async begin(): Promise<void> {
    void this.sendBegin();
    await this.#beginning;
  }

  /** The same. @returns what to wait for before anything else is sent; mostly nothing. */
  sendBegin(): Promise<void> | null {
    this.#beginning ??= this.#sendBegin().catch((error: unknown) => {
      this.#beginFailure = this.#fail(error, "statement");
    });
    return this.#begin.kind === "text" ? this.#beginning : null;
  }

  async #sendBegin(): Promise<void> {
    const begin = this.#begin;
    if (begin.kind === "text") await this.#connection.command(begin.text);
    else await Promise.all(begin.statements.map((each) => this.#connection.runAhead(...each)));
  }

  /**
   * No statement is taken any more; those that nobody waited for come to their end, but for those sent
   * ahead.
   */
  async end(): Promise<void> {
    this.#ended = true;
    if (this.#pending > 0)
      await new Promise<void>((resolve) => {
        this.#settled = resolve;
      });
  }

  /** Resolves when Postgres has answered all that was sent. */
  async answered(): Promise<void> {
    await this.#beginning;
    await this.#ahead.answered();
  }

  /** Runs without a pause up to the sending, so that the order of calls is the order of statements. */
  async #perform<Result>(
    part: WriteSession,
    send: () => Promise<Result>,
    checked: boolean,
    origin: "statement" | "raw",
  ): Promise<Result> {
    this.#refuseUnlessUsable();
    if (!this.#turns.isOf(part)) await this.#turnOf(part);
    const first = ++this.#statements === 1;
    this.#pending++;
    try {
      const begun = this.#mode === "single" ? null : this.sendBegin();
      if (begun !== null) await begun;
      const result = await (this.#mode === "guarded" ? this.#guard.run(send, checked) : send());
      if (first && this.#begun !== undefined) await this.#begun();
      return result;
    } catch (error) {
      // The failure of BEGIN is the cause of the others, whichever is told first.
      await this.#beginning;
      throw this.#fail(error, origin, checked);
    } finally {
      if (--this.#pending === 0) this.#settled?.();
    }
  }

  #refuseUnlessUsable(): void {
    if (this.#ended) throw endedError();
    if (this.#fatal !== null) throw databaseError(this.#fatal, "statement");
    if (this.#mode === "single" && this.#statements > 0) this.#restart = "plain";
    // Postgres has given the transaction up, and the handler has not.
    if (this.needsGuard) this.#restart = "guarded";
    if (this.#restart !== null) throw restarted();
    if (this.#failure !== null) throw this.#failure;
  }

  #sendRaw(query: RawQuery): Promise<QueryResult<Record<string, unknown>>> {
    const ignore = (): void => {};
    // A transaction that has failed refuses both, and then they are of no use either.
    this.#connection.command(plannerOn).catch(ignore);
    const result = this.#connection.runRaw(query);
    this.#connection.command(plannerOff).catch(ignore);
    return result;
  }

  get #isPlain(): boolean {
    return this.#mode === "plain" || this.#mode === "ahead";
  }

  /**
   * A write that the handler has not waited for has failed. What the handler makes of it, it must say
   * where the write is; but what took long in vain is not done again for that.
   */
  async #failAhead(error: unknown): Promise<void> {
    // The failure of BEGIN is the cause of the others, whichever is told first.
    await this.#beginning;
    if (this.#beginFailure !== null) return;
    const { status, retryable } = databaseError(error, "statement");
    const isRefused = failureOf(error) === "other" && status !== 504 && !retryable;
    if (isRefused && this.isSound) this.#restart = "plain";
    else this.#fail(error, "statement");
  }

  /** Notes what an error means for the transaction, and makes it the one that the handler sees. */
  #fail(error: unknown, origin: "statement" | "raw", checked = false): ConvoyError {
    if (this.#restart !== null && failureOf(error) === "other") return restarted();
    if (this.#fatal === null && this.#failure !== null) {
      // It was sent behind a failed statement, and fails only because of that. With a savepoint round
      // the other it might not have, and a handler that waits for each would get another answer.
      if (!this.needsGuard || this.#ended) return this.#failure;
      this.#restart = "guarded";
      return restarted();
    }
    if (failureOf(error) !== "other") this.#fatal ??= error as Error;
    const told = databaseError(this.#fatal ?? error, origin, this.#uniqueIndex);
    if (this.#ended) this.#late ??= told;
    else if (this.#isPlain || (this.#mode === "guarded" && !checked)) {
      this.#failure = told;
      this.#failureWasChecked = checked;
    }
    return told;
  }
}
