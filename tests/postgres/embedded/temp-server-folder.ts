import { execFile } from "node:child_process";
import { chmod, mkdtemp, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { type ServerFolder, serverFolder } from "../../../runtime/postgres/embedded/folder.js";
import { readKeeperRecord } from "../../../runtime/postgres/embedded/keeper-client.js";
import {
  isRunning,
  readPostmasterFile,
} from "../../../runtime/postgres/embedded/postmaster-pid.js";
import { startEmbeddedPostgres } from "../../../runtime/postgres/embedded/start.js";
import { waitUntil } from "./wait-until.js";

const run = promisify(execFile);

/** A folder for a server, which goes when the scope ends; a server still in it fails the test. */
export interface TempServerFolder extends AsyncDisposable {
  /** A folder that belongs to the test alone. */
  readonly base: string;
  /** What a server is started with. */
  readonly dataDir: string;
  readonly files: ServerFolder;
}

export async function tempServerFolder(): Promise<TempServerFolder> {
  const base = await mkdtemp(path.join(os.tmpdir(), "convoy postgres ü-"));
  await chmod(base, 0o755);
  const dataDir = path.join(base, ".convoy", "postgres");
  const files = serverFolder(dataDir);
  return {
    base,
    dataDir,
    files,
    async [Symbol.asyncDispose]() {
      const left = await endServer(files);
      await rm(base, { recursive: true, force: true, maxRetries: 5 });
      if (left) throw new Error(`A server was left running in ${dataDir}.`);
    },
  };
}

let seed: Promise<TempServerFolder> | null = null;

/** A folder in which a server has run before, which takes less time than a first start. */
export async function usedServerFolder(): Promise<TempServerFolder> {
  seed ??= (async () => {
    const folder = await tempServerFolder();
    const server = await startEmbeddedPostgres(folder);
    await server[Symbol.asyncDispose]();
    // Each copy is to choose a port of its own.
    await rm(folder.files.port, { force: true });
    return folder;
  })();
  const folder = await tempServerFolder();
  await run("cp", ["-a", path.join((await seed).base, ".convoy"), folder.base]);
  return folder;
}

export async function removeSeed(): Promise<void> {
  await (await seed)?.[Symbol.asyncDispose]();
  seed = null;
}

/** Ends what runs in the folder, and tells whether that was anything once it had time to end. */
async function endServer(files: ServerFolder): Promise<boolean> {
  const record = await readKeeperRecord(files).catch(() => null);
  const postmaster = await readPostmasterFile(files.data).catch(() => null);
  const pids = [record?.keeperPid, record?.postmasterPid, postmaster?.pid].filter(
    (pid) => pid !== undefined && pid !== process.pid,
  ) as number[];
  const ended = (): boolean => !pids.some(isRunning);
  try {
    await waitUntil("the server has ended", ended);
    return false;
  } catch {
    for (const pid of pids.filter(isRunning)) process.kill(pid, "SIGKILL");
    await waitUntil("the server is killed", ended);
    return true;
  }
}

export async function readKeeperPid(files: ServerFolder): Promise<number> {
  const record = JSON.parse(await readFile(files.keeper, "utf8")) as { readonly keeperPid: number };
  return record.keeperPid;
}
