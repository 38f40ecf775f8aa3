/** Who wants to know of changes: each is called once in a microtask, however many there were. */
export class Listeners {
  readonly #callbacks = new Set<() => void>();
  #isScheduled = false;

  get size(): number {
    return this.#callbacks.size;
  }

  /** Calls `callback` after changes, until the function that it returns is called. */
  add(callback: () => void): () => void {
    // A function of its own: two may listen with the same one.
    const call = (): void => callApart(callback);
    this.#callbacks.add(call);
    return () => this.#callbacks.delete(call);
  }

  notify(): void {
    if (this.#isScheduled || this.#callbacks.size === 0) return;
    this.#isScheduled = true;
    queueMicrotask(() => {
      this.#isScheduled = false;
      for (const call of this.#callbacks) call();
    });
  }
}

/** An error in one callback keeps no other from being called, and is not hidden either. */
function callApart(callback: () => void): void {
  try {
    callback();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
