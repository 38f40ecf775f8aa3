import { mkdtemp, readdir, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { copyProject, tempProject } from "./temp-project.js";

test("a copy of a project that somebody has run begins without their database", async () => {
  await using ran = await tempProject("quickstart", {
    files: { ".convoy/postgres/password": "secret", ".env.local": "A=1" },
  });
  const target = await mkdtemp(path.join(os.tmpdir(), "convoy-test-"));
  try {
    await copyProject(ran.root, target);
    const own = new Set([".convoy", ".env.local"]);
    const files = (await readdir(ran.root)).filter((file) => !own.has(file));
    expect((await readdir(target)).toSorted()).toEqual(files.toSorted());
  } finally {
    await rm(target, { recursive: true, force: true });
  }
});
