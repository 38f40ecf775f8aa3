import { ConvoyError } from "../../../protocol/errors.js";
import type { ReadRecorder } from "../../database/reads/read-recorder.js";
import { guardRawSql } from "../../database/session/raw-guard.js";
import { rawTypes } from "../../database/session/raw-types.js";
import type { RawOptions, RawResult, ReadSession } from "../../database/session/session.js";
import type { Parameter, Statement, StatementResult } from "../../database/session/statement.js";
import { forgetSession } from "../../database/transactions/attempt.js";
import { databaseError } from "../../postgres/errors/database-error.js";
import { postgresError } from "../../postgres/errors/sqlstate.js";
import type { Connection } from "../../postgres/pool/connection.js";
import type { Pool } from "../../postgres/pool/pool.js";
import { plannerOff, plannerOn } from "../../postgres/pool/settings.js";

/**
 * A connection that says nothing to BEGIN for so long was lost without a word; any other statement
 * may take as long as a query may.
 */
const BEGIN_MS = 10_000;

/** One query's use of a snapshot, until it has ended. */
export interface SnapshotSession extends ReadSession, Disposable {
  /** Whether it was one of its statements that made the snapshot unusable. */
  readonly hasFailed: boolean;
}

/**
 * One snapshot of the database, in which many queries run at the same time: their statements share
 * round trips. A statement that fails ends it for all of them, but for those that are `guarded`.
 */
export class SnapshotTransaction {
  readonly #pool: Pool;
  readonly #connection: Connection;
  readonly #begun: Promise<unknown>;
  #failure: unknown = null;
  #usedRaw = false;
  #savepoints = 0;
  #sent = 0;

  /** @throws {ConvoyError} where there is no connection to be had. */
  static async begin(pool: Pool): Promise<SnapshotTransaction> {
    const transaction = new SnapshotTransaction(pool, await pool.connect());
    // A pooler's connection takes nothing that is not in a transaction.
    if (!pool.hasSessionSettings) await transaction.#begun;
    return transaction;
  }

  private constructor(pool: Pool, connection: Connection) {
    this.#pool = pool;
    this.#connection = connection;
    this.#begun = connection.command(
      `begin isolation level repeatable read read only${pool.transactionSettings}`,
    );
    const late = setTimeout(() => connection.abandon(), BEGIN_MS).unref();
    this.#begun
      .catch((error: unknown) => {
        this.#failure ??= error;
      })
      .finally(() => clearTimeout(late));
  }

  /** Why it can no longer be used; `null` while it can. */
  get failure(): unknown {
    return this.#failure;
  }

  /** How many statements its sessions have sent so far. */
  get sent(): number {
    return this.#sent;
  }

  /** For one query, which is refused what it sends after its end. */
  session(reads?: ReadRecorder): SnapshotSession {
    let isOpen = true;
    let hasFailed = false;
    const send = async <Result>(
      origin: "statement" | "raw",
      work: () => Promise<Result>,
    ): Promise<Result> => {
      if (!isOpen) throw ended();
      if (this.#failure !== null) throw databaseError(this.#failure, "statement");
      this.#sent += 1;
      try {
        return await work();
      } catch (error) {
        // Those sent behind the one that failed fail too, for no other reason, and may say so first.
        const isFirst = this.#failure === null || isFollowUp(this.#failure);
        hasFailed ||= isFirst && !isFollowUp(error);
        if (isFirst) this.#failure = error;
        throw databaseError(error, origin);
      }
    };
    return {
      get hasFailed() {
        return hasFailed;
      },
      ...(reads !== undefined && { reads }),
      run: (statement: Statement, parameters: readonly Parameter[]): Promise<StatementResult> =>
        send("statement", () => this.#connection.run(statement, parameters)),
      runRaw: async (text, parameters, options = {}) => {
        guardRawSql(text);
        reads?.everything();
        return await send("raw", () => this.#runRaw(text, parameters, options));
      },
      [Symbol.dispose]() {
        isOpen = false;
      },
    };
  }

  /**
   * Runs a query whose statements may fail: what fails is undone, and the snapshot can still be used.
   * Nothing else may run meanwhile.
   */
  async guarded<Result>(work: () => Promise<Result>): Promise<Result> {
    const name = `convoy_query_${++this.#savepoints}`;
    await this.#connection.command(`savepoint ${name}`);
    try {
      return await work();
    } finally {
      await this.#connection.command(`rollback to savepoint ${name}; release savepoint ${name}`);
      this.#failure = null;
    }
  }

  /** Ends it; it has written nothing, so it does not matter how. */
  async end(): Promise<void> {
    const connection = this.#connection;
    try {
      await this.#begun;
      const sent = [connection.command(this.#failure === null ? "commit" : "rollback")];
      if (this.#usedRaw && this.#pool.hasSessionSettings) {
        sent.push(connection.command(forgetSession));
      }
      await Promise.all(sent);
    } catch {
      connection.discard();
    } finally {
      connection.release();
    }
  }

  async #runRaw(
    text: string,
    parameters: readonly unknown[],
    options: RawOptions,
  ): Promise<RawResult> {
    this.#usedRaw = true;
    const ignore = (): void => {};
    this.#connection.command(plannerOn).catch(ignore);
    const answer = this.#connection.runRaw({
      text,
      parameters,
      types: options.types ?? rawTypes,
      ...options,
    });
    this.#connection.command(plannerOff).catch(ignore);
    const { rows, rowCount, command, fields } = await answer;
    return { rows, count: rowCount ?? 0, command, fields };
  }
}

/** Whether a statement was refused for no other reason than that one before it was. */
function isFollowUp(error: unknown): boolean {
  return postgresError(error).code === "25P02";
}

function ended(): ConvoyError {
  return new ConvoyError(
    "transaction-ended",
    "The database was called after the query had ended. Await every call on ctx before the handler returns.",
  );
}
