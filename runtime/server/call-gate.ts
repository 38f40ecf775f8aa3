import { setTimeout as sleep } from "node:timers/promises";
import { ConvoyError } from "../../protocol/errors.js";

/** Counts the calls that run, lets in so many and no more, and none once the server is to stop. */
export class CallGate {
  readonly #limit: number;
  readonly #waiting = new Set<() => void>();
  #running = 0;
  #closed = false;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get running(): number {
    return this.#running;
  }

  /** Whether the server is to stop. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Must be followed by `leave`. @throws {ConvoyError} `server-busy`, `server-shutting-down`. */
  enter(): void {
    if (this.#closed) throw shuttingDown();
    if (this.#running >= this.#limit) {
      throw new ConvoyError(
        "server-busy",
        `The server runs ${this.#limit} calls already, which is all it may. Try again in a moment.`,
        { status: 503, retryable: true },
      );
    }
    this.#running += 1;
  }

  leave(): void {
    this.#running -= 1;
    if (this.#running > 0) return;
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }

  close(): void {
    this.#closed = true;
  }

  /** Waits for the calls that run, but no longer than that. @returns whether all have ended. */
  async idle(limitMs: number): Promise<boolean> {
    if (this.#running === 0) return true;
    const stop = new AbortController();
    const ended = new Promise<true>((resolve) => {
      this.#waiting.add(() => resolve(true));
    });
    const late = sleep(limitMs, false as const, { signal: stop.signal }).catch(
      () => false as const,
    );
    try {
      return await Promise.race([ended, late]);
    } finally {
      stop.abort();
    }
  }
}

export function shuttingDown(): ConvoyError {
  return new ConvoyError(
    "server-shutting-down",
    "The server is shutting down. Try again: another one, or the next, will answer.",
    { status: 503, retryable: true },
  );
}
