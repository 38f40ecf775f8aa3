/** A clock that stands still until a test advances it. */
export interface FakeClock {
  readonly setTimeout: (callback: () => void, ms: number) => unknown;
  readonly clearTimeout: (timer: unknown) => void;
  readonly now: () => number;
  /** In how many ms the timers that are set will call back. */
  readonly delays: readonly number[];
  /** Lets time pass, calling back what is due on the way, and all that follows from it. */
  advance(ms: number): Promise<void>;
  /** Time passes in which the machine sleeps: timers have as long to go as before. */
  skip(ms: number): void;
}

export function fakeClock(): FakeClock {
  let now = 1_000_000;
  const timers = new Map<unknown, { at: number; readonly callback: () => void }>();
  return {
    now: () => now,
    setTimeout(callback, ms) {
      const timer = Symbol("timer");
      timers.set(timer, { at: now + ms, callback });
      return timer;
    },
    clearTimeout: (timer) => timers.delete(timer),
    get delays() {
      return [...timers.values()].map(({ at }) => at - now).toSorted((a, b) => a - b);
    },
    skip(ms) {
      now += ms;
      for (const timer of timers.values()) timer.at += ms;
    },
    async advance(ms) {
      const end = now + ms;
      for (;;) {
        const [next] = [...timers].toSorted(([, a], [, b]) => a.at - b.at);
        if (next === undefined || next[1].at > end) break;
        timers.delete(next[0]);
        now = next[1].at;
        next[1].callback();
        await quiet();
      }
      now = end;
    },
  };
}

/** Resolves when everything that has been promised so far has happened. */
export function quiet(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
