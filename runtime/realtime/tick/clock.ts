/** Time and chance, which tests hand in. */
export interface Clock {
  readonly setTimeout: (callback: () => void, ms: number) => unknown;
  readonly clearTimeout: (timer: unknown) => void;
  /** From 0 up to, but not including, 1. */
  readonly random: () => number;
}

/** Timers that keep no process alive. */
export const realClock: Clock = {
  setTimeout: (callback, ms) => setTimeout(callback, ms).unref(),
  clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
  random: () => Math.random(),
};
