/** Holds queries up after their tick has taken its snapshot. */
export class Gate {
  #open: PromiseWithResolvers<void> | null = null;
  #reached: PromiseWithResolvers<void> | null = null;

  get isOpen(): boolean {
    return this.#open === null;
  }

  /** @returns what resolves when somebody waits. */
  close(): Promise<void> {
    this.#open = withResolvers();
    this.#reached = withResolvers();
    return this.#reached.promise;
  }

  open(): void {
    this.#open?.resolve();
    this.#open = null;
  }

  /** Without a wait where it is open: what is sent in one step stays together. */
  pass<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#open === null) return work();
    this.#reached?.resolve();
    return this.#open.promise.then(work);
  }
}

interface PromiseWithResolvers<Value> {
  readonly promise: Promise<Value>;
  readonly resolve: (value: Value) => void;
}

function withResolvers(): PromiseWithResolvers<void> {
  let resolve: () => void = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
