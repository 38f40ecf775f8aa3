import { appendFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import {
  logSize,
  MAX_LOG_BYTES,
  readLog,
  rotateLog,
} from "../../../runtime/postgres/embedded/server-log.js";

test("a log that is too long makes room for a new one", () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), "convoy-test-"));
  const file = path.join(folder, "server.log");
  try {
    rotateLog(file);
    expect(logSize(file)).toBe(0);
    writeFileSync(file, "x".repeat(MAX_LOG_BYTES));
    rotateLog(file);
    expect(existsSync(`${file}.1`)).toBe(false);
    appendFileSync(file, "y");
    rotateLog(file);
    expect([logSize(file), logSize(`${file}.1`)]).toEqual([0, MAX_LOG_BYTES + 1]);
    appendFileSync(file, "before, after");
    expect(readLog(file, "before, ".length)).toBe("after");
  } finally {
    rmSync(folder, { recursive: true });
  }
});
