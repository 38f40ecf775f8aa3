import type { Clock } from "../../../runtime/realtime/tick/clock.js";

/** A clock on which time passes when the test says so. */
export interface ManualClock extends Clock {
  /** In how many milliseconds something is to happen. */
  readonly waiting: readonly number[];
  /** Lets happen what is to happen first. */
  next(): void;
}

export function manualClock(): ManualClock {
  const timers = new Map<object, { readonly callback: () => void; readonly ms: number }>();
  return {
    random: () => 0.5,
    setTimeout(callback, ms) {
      const timer = {};
      timers.set(timer, { callback, ms });
      return timer;
    },
    clearTimeout(timer) {
      timers.delete(timer as object);
    },
    get waiting() {
      return [...timers.values()].map(({ ms }) => ms);
    },
    next() {
      const [first] = [...timers].toSorted(([, a], [, b]) => a.ms - b.ms);
      if (first === undefined) throw new Error("Nothing is to happen.");
      timers.delete(first[0]);
      first[1].callback();
    },
  };
}
