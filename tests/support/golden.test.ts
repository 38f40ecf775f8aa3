import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { expectGolden } from "./golden.js";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "convoy-golden-"));
  vi.stubEnv("UPDATE_GOLDEN", "1");
  await expectGolden(folder, { "a.txt": "a\n", "inner/b.txt": "b\n" });
  vi.stubEnv("UPDATE_GOLDEN", "");
});

afterEach(() => rm(folder, { recursive: true }));

describe("golden files", () => {
  test("pass when every file is the same", async () => {
    await expect(
      expectGolden(folder, { "inner/b.txt": "b\n", "a.txt": "a\n" }),
    ).resolves.toBeUndefined();
  });

  test("fail when a file differs, is missing or is new, and stay as they are", async () => {
    for (const files of [
      { "a.txt": "changed\n", "inner/b.txt": "b\n" },
      { "a.txt": "a\n" },
      { "a.txt": "a\n", "inner/b.txt": "b\n", "new.txt": "" },
    ]) {
      await expect(expectGolden(folder, files)).rejects.toThrow("npm run golden");
    }
    expect(await readFile(path.join(folder, "a.txt"), "utf8")).toBe("a\n");
  });

  test("fail for a folder that does not exist", async () => {
    const missing = path.join(folder, "missing");
    await expect(expectGolden(missing, { "a.txt": "a\n" })).rejects.toThrow("npm run golden");
  });

  test("are rewritten on request, and what is no longer made is removed", async () => {
    vi.stubEnv("UPDATE_GOLDEN", "1");
    await expectGolden(folder, { "inner/b.txt": "changed\n" });
    expect(await readdir(folder)).toEqual(["inner"]);
    expect(await readFile(path.join(folder, "inner", "b.txt"), "utf8")).toBe("changed\n");
  });
});
