import { setTimeout as sleep } from "node:timers/promises";

/** Chance and time, as parameters: a test decides both. */
export interface RetryTiming {
  /** At least 0, less than 1. */
  readonly random: () => number;
  readonly delay: (ms: number) => Promise<void>;
}

export const realTiming: RetryTiming = {
  random: Math.random,
  delay: async (ms) => {
    await sleep(ms);
  },
};

export interface RetryPolicy {
  /** How often the work runs at most. */
  readonly attempts: number;
  readonly firstDelayMs: number;
  readonly maxDelayMs: number;
}

/** Writers of the same few keys fail more often than not: see `aloneAfter` for what ends that. */
export const conflictPolicy: RetryPolicy = { attempts: 20, firstDelayMs: 2, maxDelayMs: 250 };

/**
 * Conflicts after which a mutation takes turns with the others that have had as many. Delays alone
 * leave it to chance, and on a busy machine one in some hundreds fails twenty times.
 */
export const aloneAfter = 5;

/** For a server that restarts: about two seconds. */
export const lostConnectionPolicy: RetryPolicy = {
  attempts: 5,
  firstDelayMs: 50,
  maxDelayMs: 1_000,
};

/** Any time up to a bound that doubles: those that collided do not collide again. */
export function backOff(policy: RetryPolicy, attempt: number, timing: RetryTiming): Promise<void> {
  const bound = Math.min(policy.maxDelayMs, policy.firstDelayMs * 2 ** (attempt - 1));
  return timing.delay(timing.random() * bound);
}
