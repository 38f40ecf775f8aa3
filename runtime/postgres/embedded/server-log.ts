import { closeSync, copyFileSync, openSync, readSync, statSync, truncateSync } from "node:fs";

/** The log and the one before it stay below this each, give or take what a few seconds write. */
export const MAX_LOG_BYTES: number = 4 * 1024 * 1024;

/**
 * Moves a log that has grown too long to `server.log.1`. The server goes on writing to the same
 * open file, to which it appends, so the file is copied and emptied rather than renamed.
 */
export function rotateLog(file: string): void {
  if (logSize(file) <= MAX_LOG_BYTES) return;
  copyFileSync(file, `${file}.1`);
  truncateSync(file);
}

export function logSize(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/** The first of what was logged from a position on. */
export function readLog(file: string, from: number): string {
  const buffer = Buffer.alloc(16 * 1024);
  const descriptor = openSync(file, "r");
  try {
    const length = readSync(descriptor, buffer, 0, buffer.length, from);
    return buffer.toString("utf8", 0, length);
  } finally {
    closeSync(descriptor);
  }
}
