import { setTimeout as sleep } from "node:timers/promises";
import { ConvoyError } from "../../../protocol/errors.js";
import { prepareBinaries } from "./binaries.js";
import { createCluster, hasCluster, openFolder } from "./cluster.js";
import { inaccessibleFolder, startFailed, startTimedOut } from "./failures.js";
import type { ServerFolder } from "./folder.js";
import { joinKeeper, type Membership } from "./keeper-client.js";
import { launch } from "./launch.js";
import { type ServerUser, serverUser } from "./server-user.js";
import type { EmbeddedPostgresOptions } from "./start.js";
import { takeStartLock } from "./start-lock.js";

const START_TIMEOUT_MS = 60_000;
const LOCK_POLL_MS = 10;

export interface Acquired {
  readonly membership: Membership;
  /** Whether the server ran already. */
  readonly adopted: boolean;
}

/** Joins the folder's server, or starts it. Of several that try at once, one starts it. */
export async function acquire(
  folder: ServerFolder,
  options: EmbeddedPostgresOptions,
): Promise<Acquired> {
  const deadline = performance.now() + START_TIMEOUT_MS;
  try {
    const user = await serverUser(folder.data);
    await openFolder(folder, user);
    while (performance.now() < deadline) {
      const acquired = (await join(folder)) ?? (await start(folder, options, user, deadline));
      if (acquired !== null) return acquired;
      await sleep(LOCK_POLL_MS);
    }
  } catch (error) {
    if (error instanceof ConvoyError || !(error instanceof Error)) throw error;
    if (isRefusal(error)) throw inaccessibleFolder(folder.root, error);
    throw startFailed(folder.root, error.message, error);
  }
  throw startTimedOut(folder.root);
}

async function join(folder: ServerFolder): Promise<Acquired | null> {
  const membership = await joinKeeper(folder);
  return membership === null ? null : { membership, adopted: true };
}

/** `null` when another process holds the lock. */
async function start(
  folder: ServerFolder,
  options: EmbeddedPostgresOptions,
  user: ServerUser | null,
  deadline: number,
): Promise<Acquired | null> {
  await using lock = await takeStartLock(folder.lock);
  if (lock === null) return null;
  // It may have become ready between our look and the lock.
  const joined = await join(folder);
  if (joined !== null) return joined;
  const binaries = await prepareBinaries({ ...options, user });
  if (!(await hasCluster(folder))) await createCluster(folder, binaries, user);
  return await launch(folder, { binaries, user, settings: options.settings ?? {} }, deadline);
}

function isRefusal(error: NodeJS.ErrnoException): boolean {
  return ["EACCES", "EPERM", "EROFS", "ENOTDIR"].includes(error.code ?? "");
}
