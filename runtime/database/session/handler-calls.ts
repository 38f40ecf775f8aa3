import type { WriteSession } from "./session.js";

/** What has failed, in that order, and why. */
type Failures = Map<CallPromise<unknown>, unknown>;

/**
 * The calls that the handler of a mutation or an action makes on its `ctx`. They belong to it whether or
 * not the handler waits for them, and one that fails fails it, unless the handler takes the failure up: a
 * lost write must not be committed with the others.
 */
export class HandlerCalls {
  #open = 0;
  #settled: (() => void) | null = null;
  #isEnded = false;
  readonly #failures: Failures = new Map();
  readonly #onStray: (error: unknown) => void;

  /** @param onStray learns what failed after the end, and was left alone. */
  constructor(onStray: (error: unknown) => void = () => {}) {
    this.#onStray = onStray;
  }

  /** Notes a call. The process does not end for the failure of one that nobody waits for. */
  readonly track = <Result>(call: Promise<Result>): Promise<Result> => {
    this.#open++;
    const promise = new CallPromise<Result>((resolve) => resolve(call));
    return promise.noteIn(this.#failures, this.#close);
  };

  /** The session of the mutation, whose reads are waited for as well: a write may come of them. */
  over(session: WriteSession): WriteSession {
    const count = <Result>(statement: Promise<Result>): Promise<Result> => {
      this.#open++;
      statement.then(this.#close, this.#close);
      return statement;
    };
    return {
      run: (statement, parameters) => count(session.run(statement, parameters)),
      runRaw: (text, parameters, options) => count(session.runRaw(text, parameters, options)),
      runChecked: (statement, parameters) => session.runChecked(statement, parameters),
      runAhead: (statement, parameters) => session.runAhead(statement, parameters),
      nested: (work) => session.nested(work),
    };
  }

  readonly #close = (): void => {
    if (--this.#open > 0) return;
    this.#settled?.();
    if (this.#isEnded) void someMore().then(() => this.#tellStrays());
  };

  #tellStrays(): void {
    const failures = [...this.#failures];
    this.#failures.clear();
    for (const [promise, error] of failures) if (!promise.isTakenUp) this.#onStray(error);
  }

  /** What fails from here on, no answer tells of. */
  leave(): void {
    this.#isEnded = true;
  }

  /**
   * Waits for those that the handler has not waited for.
   *
   * @throws whatever the first of them has thrown that the handler has left alone.
   */
  async end(): Promise<void> {
    while (this.#open > 0) {
      await new Promise<void>((resolve) => {
        this.#settled = resolve;
      });
      await someMore();
    }
    if (this.#failures.size === 0) return;
    await someMore();
    for (const [promise, error] of this.#failures) if (!promise.isTakenUp) throw error;
  }
}

/** What the handler does after a call, or about its failure, it may do some promises later. */
function someMore(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A promise that knows whether its failure is anybody's concern: `await` calls `then` as well. */
class CallPromise<Result> extends Promise<Result> {
  #isTakenUp = false;
  #failures: Failures | null = null;

  get isTakenUp(): boolean {
    return this.#isTakenUp;
  }

  // oxlint-disable-next-line unicorn/no-thenable -- it is a promise
  override then<Value = Result, Caught = never>(
    onFulfilled?: ((value: Result) => Value | PromiseLike<Value>) | null,
    onRejected?: ((error: unknown) => Caught | PromiseLike<Caught>) | null,
  ): Promise<Value | Caught> {
    this.#isTakenUp = true;
    const next = super.then(onFulfilled, onRejected) as CallPromise<Value | Caught>;
    // A failure that is not handled here is now that of the next one.
    return this.#failures === null ? next : next.noteIn(this.#failures, () => {});
  }

  noteIn(failures: Failures, settled: () => void): this {
    this.#failures = failures;
    super.then(settled, (error: unknown) => {
      if (!this.#isTakenUp) failures.set(this, error);
      settled();
    });
    return this;
  }
}
