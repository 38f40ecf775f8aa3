import { mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { takeStartLock } from "../../../runtime/postgres/embedded/start-lock.js";

const NO_PROCESS = 2 ** 22 - 3;

test("a lock is held by one, and free again afterwards", async () => {
  await using place = await tempLock();
  const first = await takeStartLock(place.file);
  expect(first).not.toBeNull();
  expect(await takeStartLock(place.file)).toBeNull();
  await first?.[Symbol.asyncDispose]();
  expect(await takeStartLock(place.file)).not.toBeNull();
});

test.each([
  ["by a process that is gone", `${NO_PROCESS}\n`, 0],
  ["by a number that is in use again", `${process.pid}\n`, 3600],
  ["before it was written", "", 3600],
])("a lock that was left %s is broken", async (_, text, ageSeconds) => {
  await using place = await tempLock();
  await writeFile(place.file, text);
  const made = new Date(Date.now() - ageSeconds * 1000);
  await utimes(place.file, made, made);
  expect(await takeStartLock(place.file)).toBeNull();
  expect(await takeStartLock(place.file)).not.toBeNull();
});

async function tempLock(): Promise<AsyncDisposable & { readonly file: string }> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "convoy-test-"));
  return {
    file: path.join(folder, "start.lock"),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}
