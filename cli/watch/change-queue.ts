/** Files that changed and are not dealt with yet; each once, however often it changed. */
export class ChangeQueue implements Disposable {
  readonly #files = new Set<string>();
  readonly #signal: AbortSignal;
  /** The last failure to be told of changes: one is enough to report. */
  #error: { readonly error: unknown } | null = null;
  #changes = 0;
  #wake: () => void = () => {};

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener("abort", this.#onAbort);
  }

  readonly #onAbort = (): void => this.#wake();

  /** How many changes there have been: the same twice means quiet in between. */
  get changes(): number {
    return this.#changes;
  }

  add(file: string): void {
    this.#files.add(file);
    this.#changes++;
    this.#wake();
  }

  fail(error: unknown): void {
    this.#error = { error };
    this.#wake();
  }

  /** Resolves when there is something to take, or the signal aborts. */
  wait(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
      if (this.#files.size > 0 || this.#error !== null || this.#signal.aborted) resolve();
    });
  }

  takeFiles(): readonly string[] {
    const files = [...this.#files];
    this.#files.clear();
    return files;
  }

  takeError(): { readonly error: unknown } | null {
    const error = this.#error;
    this.#error = null;
    return error;
  }

  [Symbol.dispose](): void {
    this.#signal.removeEventListener("abort", this.#onAbort);
  }
}
