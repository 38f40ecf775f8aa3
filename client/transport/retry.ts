import { ConvoyError } from "../../protocol/errors.js";
import type { ClientEnvironment } from "../environment.js";
import { abortError } from "./cancellation.js";

const FIRST_DELAY_MS = 250;
const MAX_DELAY_MS = 10_000;

/**
 * How long to wait after failure `attempt`, from 1: 125–250 ms, 250–500 ms, 0.5–1 s, … 5–10 s. The
 * jitter keeps clients that failed together from coming back together.
 */
export function backOffMs(attempt: number, random: () => number): number {
  const most = Math.min(FIRST_DELAY_MS * 2 ** (attempt - 1), MAX_DELAY_MS);
  return (most * (1 + random())) / 2;
}

/** Runs `call` again as long as its errors say that it may yet succeed, and `isPatient` does. */
export async function withRetries<Result>(
  call: () => Promise<Result>,
  isPatient: (error: ConvoyError, attempt: number) => boolean,
  environment: ClientEnvironment,
  signal: AbortSignal,
): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      const mayRetry = error instanceof ConvoyError && error.retryable;
      if (!mayRetry || !isPatient(error, attempt)) throw error;
      await delay(backOffMs(attempt, environment.random), environment, signal);
    }
  }
}

function delay(ms: number, environment: ClientEnvironment, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      environment.clearTimeout(timer);
      stopWaking();
      signal.removeEventListener("abort", end);
      if (signal.aborted) reject(abortError(signal));
      else resolve();
    };
    const timer = environment.setTimeout(end, ms);
    const stopWaking = environment.onWake(end);
    if (signal.aborted) end();
    else signal.addEventListener("abort", end);
  });
}
