import { endedError } from "./session-errors.js";

/** The calls of one part of a transaction, the whole or a nested mutation. */
export class PartCalls {
  #isOpen = true;
  /** Settled, whatever comes of them: one that nobody waits for must not end the process. */
  readonly #sent = new Set<Promise<void>>();

  /** Runs a call of the part. @throws {ConvoyError} `transaction-ended` once the part has ended. */
  track<Result>(call: () => Promise<Result>): Promise<Result> {
    const result = this.#isOpen ? call() : Promise.reject(endedError());
    const settled = result.then(
      () => void this.#sent.delete(settled),
      () => void this.#sent.delete(settled),
    );
    this.#sent.add(settled);
    return result;
  }

  /** Takes no more. Resolves when those that nobody waited for have come to their end as well. */
  async close(): Promise<void> {
    this.#isOpen = false;
    await Promise.all(this.#sent);
  }
}
