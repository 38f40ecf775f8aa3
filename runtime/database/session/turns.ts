import { endedError } from "./session-errors.js";

/** Which part of a transaction may send: the whole, or the innermost of its nested mutations. */
export class Turns<Part> {
  #current: Part;
  /** The ends of the nested parts that run, the innermost last. */
  readonly #ends: Promise<void>[] = [];

  constructor(whole: Part) {
    this.#current = whole;
  }

  isOf(part: Part): boolean {
    return this.#current === part;
  }

  /**
   * Resolves when the part has ended whose turn it is. Of several who wait, the first takes the turn:
   * look again whose it is.
   *
   * @throws {ConvoyError} `transaction-ended` where no nested part runs: one that has ended, and whose
   *   handler goes on, has no turn any more.
   */
  async end(): Promise<void> {
    const ended = this.#ends.at(-1);
    if (ended === undefined) throw endedError();
    await ended;
  }

  /** Lets a part send, and nobody else until what this returns is called; then it is `outer`'s turn. */
  begin(inner: Part, outer: Part): () => void {
    let open = (): void => {};
    this.#current = inner;
    const ended = new Promise<void>((resolve) => {
      open = resolve;
    });
    this.#ends.push(ended);
    return () => {
      void this.#ends.pop();
      this.#current = outer;
      open();
    };
  }
}
