import { stat } from "node:fs/promises";
import path from "node:path";

/** As whom Postgres runs, where that is not as whom we run. */
export interface ServerUser {
  readonly uid: number;
  readonly gid: number;
}

const nobody: ServerUser = { uid: 65534, gid: 65534 };

/**
 * Postgres refuses to run as root. Started by root, it runs as the owner of the data that is there,
 * or else as nobody. `null`: as whoever we are.
 */
export async function serverUser(dataFolder: string): Promise<ServerUser | null> {
  if (process.getuid?.() !== 0) return null;
  const existing = await stat(dataFolder).catch(() => null);
  return existing === null || existing.uid === 0
    ? nobody
    : { uid: existing.uid, gid: existing.gid };
}

/** The outermost folder on the way to `target` that the user may not enter; `null` if none. */
export async function closedFolder(target: string, user: ServerUser): Promise<string | null> {
  const ancestors: string[] = [];
  for (let folder = target; ; folder = path.dirname(folder)) {
    ancestors.unshift(folder);
    if (folder === path.dirname(folder)) break;
  }
  for (const folder of ancestors) {
    const { mode, uid, gid } = await stat(folder);
    const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) return folder;
  }
  return null;
}
