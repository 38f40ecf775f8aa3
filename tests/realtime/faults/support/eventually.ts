import { setTimeout as sleep } from "node:timers/promises";

const POLL_MS = 20;
/** Longer than anything takes to be noticed and to be tried again, on a machine that is busy. */
const TIMEOUT_MS = 120_000;

/** Waits for a condition, however long a fault keeps it from coming true. */
export async function eventually(
  what: string,
  holds: () => boolean | Promise<boolean>,
): Promise<void> {
  const deadline = performance.now() + TIMEOUT_MS;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`Waited in vain until ${what}.`);
    await sleep(POLL_MS);
  }
}

/** Before trying again what has failed. */
export async function breathe(): Promise<void> {
  await sleep(POLL_MS);
}
