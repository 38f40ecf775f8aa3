import { execFile } from "node:child_process";
import { chmod, chown, lstat, mkdir, readdir, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { packageFor, currentPlatform } from "../../../runtime/postgres/embedded/platform.js";
import { prepareBinaries } from "../../../runtime/postgres/embedded/binaries.js";
import { withClient } from "../../../runtime/postgres/embedded/database-client.js";
import { startEmbeddedPostgres } from "../../../runtime/postgres/embedded/start.js";
import { isRoot, normalUser, spawnOwner } from "./spawn-owner.js";
import { tempServerFolder } from "./temp-server-folder.js";

const installed = path.join(
  path.dirname(createRequire(import.meta.url).resolve(packageFor(currentPlatform()))),
  "..",
);

test("a package whose install script did not run gets its links, once", async () => {
  await using folder = await tempServerFolder();
  const native = await packageWithoutLinks(path.join(folder.base, "package"));
  const links = JSON.parse(await readFile(path.join(native, "pg-symlinks.json"), "utf8")) as Array<{
    readonly target: string;
  }>;
  await using server = await startEmbeddedPostgres({ ...folder, native });
  expect(await answerOf(server.url)).toBe("18");
  for (const { target } of links) {
    expect((await lstat(path.join(native, "..", target))).isSymbolicLink()).toBe(true);
  }
  await Promise.all([
    prepareBinaries({ native, user: null }),
    prepareBinaries({ native, user: null }),
  ]);
});

test.runIf(isRoot)("a package that may not be written to is copied", async () => {
  await using folder = await tempServerFolder();
  const native = await packageWithoutLinks(path.join(folder.base, "package"));
  await chown(folder.base, normalUser.uid, normalUser.gid);
  const cacheDir = path.join(folder.base, "cache");
  await using owner = await spawnOwner({ dataDir: folder.dataDir, native, cacheDir }, normalUser);
  expect(await answerOf(owner.url)).toBe("18");
  expect(await readdir(cacheDir)).toHaveLength(1);
});

test.runIf(isRoot)("what the server's user cannot reach is copied, once", async () => {
  await using folder = await tempServerFolder();
  const home = path.join(folder.base, "home");
  const native = await packageWithoutLinks(path.join(home, "package"));
  await chmod(home, 0o700);
  const cacheDir = path.join(folder.base, "cache");
  await using server = await startEmbeddedPostgres({ ...folder, native, cacheDir });
  expect(await answerOf(server.url)).toBe("18");
  const [copy, ...others] = await readdir(cacheDir);
  expect(others).toEqual([]);
  const made = (await lstat(path.join(cacheDir, copy!))).ctimeMs;
  await prepareBinaries({ native, cacheDir, user: { uid: 65_534, gid: 65_534 } });
  expect((await lstat(path.join(cacheDir, copy!))).ctimeMs).toBe(made);
});

test.runIf(isRoot)("a copy that others may change is not run", async () => {
  await using folder = await tempServerFolder();
  const home = path.join(folder.base, "home");
  const native = await packageWithoutLinks(path.join(home, "package"));
  await chmod(home, 0o700);
  const cacheDir = path.join(folder.base, "cache");
  const user = { uid: 65_534, gid: 65_534 };
  await prepareBinaries({ native, cacheDir, user });
  const [copy] = await readdir(cacheDir);
  await chmod(path.join(cacheDir, copy!), 0o777);
  await expect(prepareBinaries({ native, cacheDir, user })).rejects.toMatchObject({
    code: "postgres-binaries-unusable",
  });
});

async function packageWithoutLinks(target: string): Promise<string> {
  await mkdir(target, { recursive: true });
  await promisify(execFile)("cp", ["-R", `${installed}/.`, target]);
  const lib = path.join(target, "native", "lib");
  for (const file of await readdir(lib)) {
    const isLink = (await lstat(path.join(lib, file))).isSymbolicLink();
    // Static libraries, which no server loads, only take time.
    if (isLink || file.endsWith(".a")) await rm(path.join(lib, file));
  }
  return path.join(target, "native");
}

async function answerOf(url: string): Promise<string> {
  return await withClient(url, async (client) => {
    const { rows } = await client.query<{ server_version: string }>("show server_version");
    return rows[0]!.server_version.split(".")[0]!;
  });
}
