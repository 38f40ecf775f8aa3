import { open, readFile, rm, stat } from "node:fs/promises";
import { isRunning } from "./postmaster-pid.js";

/** No start takes longer: a lock of this age was left by a process whose number is in use again. */
const MAX_LOCK_AGE_MS = 120_000;

/**
 * Takes the lock if it is free, or left by a process that is gone. It spares others the work; that
 * a folder never has two servers is up to Postgres, which holds a lock of its own.
 */
export async function takeStartLock(file: string): Promise<AsyncDisposable | null> {
  try {
    await using handle = await open(file, "wx", 0o600);
    await handle.write(`${process.pid}\n`);
    return { [Symbol.asyncDispose]: () => rm(file, { force: true }) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    if (await isStale(file)) await rm(file, { force: true });
    return null;
  }
}

async function isStale(file: string): Promise<boolean> {
  try {
    const [text, { mtimeMs }] = await Promise.all([readFile(file, "utf8"), stat(file)]);
    const age = Date.now() - mtimeMs;
    const pid = Number(text);
    // Its owner writes the number just after it has made the file.
    if (text === "" || !Number.isInteger(pid)) return age > 1000;
    return !isRunning(pid) || age > MAX_LOCK_AGE_MS;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}
