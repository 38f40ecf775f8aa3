import type { Connection } from "../../postgres/pool/connection.js";

/** Gives each statement that may fail a savepoint of its own, so that the transaction outlives it. */
export class Guard {
  readonly #connection: Connection;
  readonly #failure: () => Error | null;
  /** A statement waits for the savepoint of the one before it. */
  #gate: Promise<void> = Promise.resolve();

  /** @param failure why Postgres will run nothing any more. */
  constructor(connection: Connection, failure: () => Error | null) {
    this.#connection = connection;
    this.#failure = failure;
  }

  /** Sends behind the savepoint that is open, and in one of its own if it may fail. */
  async run<Result>(send: () => Promise<Result>, mayFail: boolean): Promise<Result> {
    const before = this.#gate;
    if (!mayFail) {
      await before;
      return await this.#sendUnlessFailed(send);
    }
    let open = (): void => {};
    this.#gate = new Promise((resolve) => {
      open = resolve;
    });
    await before;
    try {
      return await this.#sendUnlessFailed(() => this.#inSavepoint(send));
    } finally {
      open();
    }
  }

  async #sendUnlessFailed<Result>(send: () => Promise<Result>): Promise<Result> {
    const failure = this.#failure();
    if (failure !== null) throw failure;
    return await send();
  }

  async #inSavepoint<Result>(send: () => Promise<Result>): Promise<Result> {
    // Should any of the three commands fail, so does what follows, and COMMIT at the latest.
    const ignore = (): void => {};
    this.#connection.command("savepoint convoy").catch(ignore);
    try {
      const result = await send();
      this.#connection.command("release savepoint convoy").catch(ignore);
      return result;
    } catch (error) {
      this.#connection
        .command("rollback to savepoint convoy; release savepoint convoy")
        .catch(ignore);
      throw error;
    }
  }
}
