import { access, cp, mkdir, readFile, realpath, rename, rm, stat, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import { missingBinaries, unusableBinaries } from "./failures.js";
import { currentPlatform, packageFor } from "./platform.js";
import { closedFolder, type ServerUser } from "./server-user.js";

/** The programs of a Postgres installation. */
export interface Binaries {
  readonly postgres: string;
  readonly initdb: string;
  readonly pgCtl: string;
}

export interface BinariesOptions {
  /** As whom they will run; `null` if as ourselves. */
  readonly user: ServerUser | null;
  /** The package's `native` folder, instead of the installed one. */
  readonly native?: string;
  /** Where a copy is made when the package cannot be used where it is. */
  readonly cacheDir?: string;
}

interface Link {
  readonly source: string;
  readonly target: string;
}

/**
 * Finds Postgres in node_modules and makes it ready to run: an npm package holds no symbolic links,
 * and its install script, which makes them, may have been skipped. Where links cannot be made, or
 * the server's user cannot reach node_modules, a copy in a cache folder serves.
 *
 * @throws {ConvoyError} when there are none that can run here.
 */
export async function prepareBinaries(options: BinariesOptions): Promise<Binaries> {
  const native = options.native ?? (await installedFolder());
  const reachable = options.user === null || (await closedFolder(native, options.user)) === null;
  if (reachable && (await linkLibraries(native))) return binariesIn(native);
  return binariesIn(await copyOf(native, options.cacheDir ?? cacheFolder()));
}

async function installedFolder(): Promise<string> {
  const name = packageFor(currentPlatform());
  try {
    const entry = createRequire(import.meta.url).resolve(name);
    return await realpath(path.join(path.dirname(entry), "..", "native"));
  } catch (cause) {
    throw missingBinaries(name, cause);
  }
}

function binariesIn(native: string): Binaries {
  const program = (name: string): string =>
    path.join(native, "bin", process.platform === "win32" ? `${name}.exe` : name);
  return { postgres: program("postgres"), initdb: program("initdb"), pgCtl: program("pg_ctl") };
}

/** Whether all the links that the package lists are there now. */
async function linkLibraries(native: string): Promise<boolean> {
  for (const { source, target } of await listedLinks(native)) {
    const file = path.join(native, "..", target);
    if (await exists(file)) continue;
    const from = path.relative(path.dirname(target), source);
    try {
      await symlink(from, file);
    } catch (error) {
      // Another process may have made it in this moment; a read-only folder never lets us.
      if ((error as NodeJS.ErrnoException).code !== "EEXIST" || !(await exists(file))) return false;
    }
  }
  return true;
}

/** Nothing for Windows, whose package has no links. */
async function listedLinks(native: string): Promise<readonly Link[]> {
  try {
    return JSON.parse(await readFile(path.join(native, "pg-symlinks.json"), "utf8")) as Link[];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

async function copyOf(native: string, cacheDir: string): Promise<string> {
  const { version, name } = JSON.parse(
    await readFile(path.join(native, "..", "package.json"), "utf8"),
  ) as { readonly version: string; readonly name: string };
  const copy = path.join(cacheDir, `${path.posix.basename(name)}-${version}`);
  if (await isTrusted(copy)) return path.join(copy, "native");
  const unfinished = `${copy}.${process.pid}`;
  try {
    await mkdir(unfinished, { recursive: true, mode: 0o755 });
    await cp(native, path.join(unfinished, "native"), { recursive: true, verbatimSymlinks: true });
    if (!(await linkLibraries(path.join(unfinished, "native")))) {
      throw new Error("it cannot hold symbolic links");
    }
    // A copy appears complete or not at all, so that whoever finds one may use it.
    await rename(unfinished, copy).catch(async (error: unknown) => {
      if (!(await isTrusted(copy))) throw error;
    });
  } catch (cause) {
    throw unusableBinaries(copy, cause);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  return path.join(copy, "native");
}

/** What anyone else could have put there must not be run, least of all by root. */
async function isTrusted(folder: string): Promise<boolean> {
  const found = await stat(folder).catch(() => null);
  if (found === null) return false;
  if (process.getuid === undefined) return true;
  return found.uid === process.getuid() && (found.mode & 0o022) === 0;
}

function cacheFolder(): string {
  const { env } = process;
  // Root's home is closed to the user as whom the server runs.
  if (process.getuid?.() === 0) return "/var/cache/convoy";
  switch (process.platform) {
    case "win32":
      return path.join(env["LOCALAPPDATA"] ?? os.tmpdir(), "convoy");
    case "darwin":
      return path.join(os.homedir(), "Library", "Caches", "convoy");
    default:
      return path.join(env["XDG_CACHE_HOME"] || path.join(os.homedir(), ".cache"), "convoy");
  }
}

function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
