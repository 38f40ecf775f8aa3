import { setTimeout as sleep } from "node:timers/promises";

const POLL_MS = 20;
const TIMEOUT_MS = 30_000;

/** Waits for a condition, and fails when it does not come true in half a minute. */
export async function waitUntil(
  what: string,
  condition: () => boolean | Promise<boolean>,
): Promise<void> {
  const deadline = performance.now() + TIMEOUT_MS;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`Waited in vain until ${what}.`);
    await sleep(POLL_MS);
  }
}
