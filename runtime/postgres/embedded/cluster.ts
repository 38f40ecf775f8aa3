import { randomBytes } from "node:crypto";
import {
  chown,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  writeFile,
} from "node:fs/promises";
import path from "node:path";
import type { Binaries } from "./binaries.js";
import {
  inaccessibleFolder,
  majorVersion,
  notADataFolder,
  otherVersion,
  startFailed,
  unnamedUser,
  unreachableFolder,
} from "./failures.js";
import type { ServerFolder } from "./folder.js";
import { runProgram } from "./run-program.js";
import { closedFolder, type ServerUser } from "./server-user.js";

export const superuser = "postgres";

/** The name of a folder in which `initdb` was at work. */
const unfinishedPrefix = "initdb-";

const systemDataFolder = "/var/lib/convoy";

/** Small, as many servers may run on one machine. They stay in postgresql.conf, for people to change. */
const settings: Readonly<Record<string, string>> = {
  max_connections: "100",
  shared_buffers: "32MB",
  min_wal_size: "32MB",
  huge_pages: "off",
  // Three processes less; their gain shows on disks that are slower than those of a laptop.
  io_method: "sync",
  jit: "off",
  timezone: "UTC",
  log_timezone: "UTC",
  log_checkpoints: "off",
  // The password is random and longer than any that iterations protect: they would only cost time.
  scram_iterations: "1",
};

/** Makes the folder, which only its owner may read. */
export async function openFolder(folder: ServerFolder, user: ServerUser | null): Promise<void> {
  try {
    await mkdir(path.dirname(folder.root), { recursive: true });
    // Postgres itself, running as another user, only passes through.
    await mkdir(folder.root, { mode: user === null ? 0o700 : 0o711 }).catch(ignoreExisting);
    await writeFile(path.join(folder.root, ".gitignore"), "*\n", { flag: "wx" }).catch(
      ignoreExisting,
    );
  } catch (cause) {
    throw inaccessibleFolder(folder.root, cause);
  }
}

/**
 * Whether the folder holds a database cluster that this Postgres can use.
 *
 * @throws {ConvoyError} when it holds something else.
 */
export async function hasCluster(folder: ServerFolder): Promise<boolean> {
  const names = await list(folder.root);
  if (names?.includes("PG_VERSION")) {
    throw notADataFolder(folder.root, "it is the data directory of another Postgres");
  }
  const data = await list(folder.data);
  if (data === null) return false;
  const version = await readFile(path.join(folder.data, "PG_VERSION"), "utf8").catch(() => null);
  if (version === null) throw notADataFolder(folder.data, "there is no PG_VERSION in it");
  if (version.trim() !== majorVersion) throw otherVersion(folder.data, version.trim());
  if (!names?.includes("password")) {
    throw notADataFolder(folder.root, "the file that holds its password is missing");
  }
  return true;
}

/** Creates the cluster with a random password. It appears complete or not at all. */
export async function createCluster(
  folder: ServerFolder,
  binaries: Binaries,
  user: ServerUser | null,
): Promise<void> {
  await removeUnfinished(folder);
  const place = await placeForData(folder, user);
  const unfinished = await mkdtemp(path.join(place, unfinishedPrefix));
  const data = path.join(unfinished, "data");
  const passwordFile = path.join(unfinished, "password");
  const password = randomBytes(24).toString("base64url");
  try {
    await writeFile(passwordFile, password, { mode: 0o600 });
    if (user !== null) {
      for (const file of [unfinished, passwordFile]) await chown(file, user.uid, user.gid);
    }
    const { code, output } = await runProgram(
      binaries.initdb,
      [
        `--pgdata=${data}`,
        `--username=${superuser}`,
        `--pwfile=${passwordFile}`,
        "--encoding=UTF8",
        "--locale=C",
        "--auth=scram-sha-256",
        "--no-instructions",
        ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
      ],
      { cwd: unfinished, user },
    );
    if (output.includes("could not look up effective user ID")) throw unnamedUser(folder.root);
    if (code !== 0) throw startFailed(folder.root, `initdb failed.\n${output.trim()}`);
    // First the password: data without it could not be used.
    await writeFile(folder.password, password, { mode: 0o600 });
    if (place === folder.root) {
      await rename(data, folder.data);
    } else {
      const elsewhere = path.join(place, randomBytes(8).toString("hex"));
      await rename(data, elsewhere);
      await rm(folder.data, { force: true });
      await symlink(elsewhere, folder.data);
    }
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

/** Those that a killed process has left; the start lock keeps all others out. */
async function removeUnfinished(folder: ServerFolder): Promise<void> {
  for (const name of (await list(folder.root)) ?? []) {
    if (!name.startsWith(unfinishedPrefix)) continue;
    // The initdb of an owner that was killed may go on for a moment, and write into what goes.
    const leftOver = path.join(folder.root, name);
    await rm(leftOver, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 }).catch(
      () => {}, // It is in nobody's way, and the next start removes it.
    );
  }
}

/**
 * The folder itself, unless the server's user may not enter it, as in root's home. Then the data is
 * where a system keeps such data, and a link in the folder leads there.
 */
async function placeForData(folder: ServerFolder, user: ServerUser | null): Promise<string> {
  const closed = user === null ? null : await closedFolder(folder.root, user);
  if (user === null || closed === null) return folder.root;
  try {
    await mkdir(systemDataFolder, { recursive: true, mode: 0o755 });
  } catch (cause) {
    throw unreachableFolder(folder.root, closed, user.uid, cause);
  }
  return systemDataFolder;
}

/** `null` when there is no such folder. */
async function list(folder: string): Promise<readonly string[] | null> {
  try {
    return await readdir(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return null;
    if (code === "ENOTDIR") throw notADataFolder(folder, "it is a file");
    throw inaccessibleFolder(folder, error);
  }
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== "EEXIST") throw error;
}
