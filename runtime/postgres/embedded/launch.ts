import { setTimeout as sleep } from "node:timers/promises";
import type { Acquired } from "./acquire.js";
import type { Binaries } from "./binaries.js";
import { folderInUse, startFailed, startTimedOut } from "./failures.js";
import type { ServerFolder } from "./folder.js";
import { joinKeeper, readKeeperRecord } from "./keeper-client.js";
import { choosePort } from "./port.js";
import { isPostmaster, readPostmasterFile } from "./postmaster-pid.js";
import type { ServerUser } from "./server-user.js";
import { spawnKeeper } from "./spawn-keeper.js";
import { assertServes } from "./verify.js";

const RETRY_MS = 50;

export interface LaunchOptions {
  readonly binaries: Binaries;
  readonly user: ServerUser | null;
  readonly settings: Readonly<Record<string, string>>;
}

/**
 * Starts the server of a folder that has a cluster and no keeper, or gives a server that has lost
 * its keeper a new one. The caller holds the start lock.
 */
export async function launch(
  folder: ServerFolder,
  { binaries, user, settings }: LaunchOptions,
  deadline: number,
): Promise<Acquired> {
  let takenPort: number | null = null;
  while (performance.now() < deadline) {
    const running = await findPostmaster(folder);
    if (running?.adopt && !running.ready) {
      await sleep(RETRY_MS);
      continue;
    }
    if (running?.adopt) await assertServes(folder, running);
    const port: number = running?.adopt ? running.port : await choosePort(folder.port, takenPort);
    using keeper = await spawnKeeper({
      folder: folder.root,
      postgres: binaries.postgres,
      pgCtl: binaries.pgCtl,
      user,
      port,
      settings,
      stalePid: running?.adopt === false ? running.pid : null,
      adopt: running?.adopt ? running.pid : null,
    });
    if (keeper.report.kind === "ready") {
      const membership = await joinKeeper(folder, { starter: true });
      if (membership !== null) return { membership, adopted: running?.adopt === true };
    } else {
      const { log } = keeper.report;
      if (/could not bind|Address already in use/i.test(log)) takenPort = port;
      // A server that was killed leaves processes, which notice that within moments.
      else if (!/shared memory block .* is still in use/.test(log)) {
        throw startFailed(folder.root, reasonIn(log));
      }
    }
    await sleep(RETRY_MS);
  }
  throw startTimedOut(folder.root);
}

interface Found {
  readonly pid: number;
  readonly port: number;
  /** `false`: it is starting or stopping. */
  readonly ready: boolean;
  /** `false`: the number belongs to a process that is no server of this folder. */
  readonly adopt: boolean;
}

/** What `postmaster.pid` tells, if the process that it names is there. */
async function findPostmaster(folder: ServerFolder): Promise<Found | null> {
  const file = await readPostmasterFile(folder.data);
  if (file === null) return null;
  const { pid, port } = file;
  if (!(await isPostmaster(pid, folder.data))) {
    return { pid, port, ready: false, adopt: false };
  }
  const record = await readKeeperRecord(folder);
  if (record?.postmasterPid !== pid) throw folderInUse(folder.root, pid);
  return { pid, port, ready: file.status === "ready", adopt: true };
}

/** What made Postgres give up, without the time and the process in front of it. */
function reasonIn(log: string): string {
  const lines = log.trim().split("\n");
  const at = lines.findIndex((line) => /\b(FATAL|PANIC):/.test(line));
  if (at < 0) return log.trim();
  const reason = lines
    .slice(at)
    .map((line) => line.replace(/^.*?(FATAL|PANIC|HINT|DETAIL):\s*/, ""));
  return `${reason.join(" ")} See server.log there.`;
}
