import type { Clock } from "./clock.js";

export interface TickerOptions {
  readonly clock: Clock;
  readonly tick: () => Promise<void>;
  /** Whether there is anybody to tick for. */
  readonly isNeeded: () => boolean;
  /** Why ticks fail: once, until one has succeeded. */
  readonly onError: (error: unknown) => void;
}

/** Notifications only make it quicker: what was written is noticed within this time without them. */
const POLL_MS = 300;

const FIRST_RETRY_MS = 50;
const MAX_RETRY_MS = 5_000;

/**
 * Ticks one after the other: as soon as somebody wakes it, and now and then in any case. What wakes
 * it during a tick is the next one's.
 */
export class Ticker {
  readonly #options: TickerOptions;
  #isRunning: Promise<void> | null = null;
  #isWoken = false;
  #isStopped = false;
  #failures = 0;
  #timer: unknown = null;

  constructor(options: TickerOptions) {
    this.#options = options;
  }

  readonly wake = (): void => {
    this.#isWoken = true;
    // While the database is down, everybody waits for the next try.
    if (this.#isRunning === null && this.#failures === 0) this.#start();
  };

  /** The same, by somebody who has just heard from the database: it is there, or there again. */
  readonly wakeNow = (): void => {
    this.#isWoken = true;
    if (this.#isRunning === null) this.#start();
  };

  /** Resolves when the tick that runs has ended. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#options.clock.clearTimeout(this.#timer);
    await this.#isRunning;
  }

  #start(): void {
    const { clock } = this.#options;
    clock.clearTimeout(this.#timer);
    this.#timer = null;
    this.#isRunning = this.#run().finally(() => {
      this.#isRunning = null;
      this.#rest();
    });
  }

  async #run(): Promise<void> {
    const { tick, isNeeded, onError } = this.#options;
    do {
      this.#isWoken = false;
      if (this.#isStopped || !isNeeded()) return;
      try {
        await tick();
        this.#failures = 0;
      } catch (error) {
        this.#failures += 1;
        if (this.#failures === 1) onError(error);
        return;
      }
    } while (this.#isWoken);
  }

  #rest(): void {
    const { clock, isNeeded } = this.#options;
    if (this.#isStopped || !isNeeded()) {
      this.#failures = 0;
      return;
    }
    // It was woken in the moment between the end of its work and now.
    if (this.#isWoken && this.#failures === 0) return this.#start();
    const ms = this.#failures === 0 ? POLL_MS : retryMs(this.#failures, clock.random());
    this.#timer = clock.setTimeout(() => this.#start(), ms);
  }
}

/** After failure `count`, from 1: 25–50 ms, 50–100 ms, … 2.5–5 s. */
function retryMs(count: number, random: number): number {
  return (Math.min(FIRST_RETRY_MS * 2 ** (count - 1), MAX_RETRY_MS) * (1 + random)) / 2;
}
