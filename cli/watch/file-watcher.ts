import { existsSync, type Stats } from "node:fs";
import path from "node:path";
import { type FSWatcher, watch } from "chokidar";
import {
  isLeftOut,
  isTypeScriptFile,
  sourcePattern,
} from "../../compiler/project/source-pattern.js";

/** Tells of changes below the paths that it watches. */
export interface FileWatcher extends AsyncDisposable {
  /**
   * Watches these files and folders, there or not, instead of those before; of `folder/*.ts` the
   * TypeScript files alone that are directly in it, with a `**` between all below it. Resolves once no
   * change can be missed.
   */
  watch(paths: readonly string[]): Promise<void>;
}

export interface FileWatcherListener {
  /** A file came, changed or went: its absolute path, with forward slashes. */
  onChange(file: string): void;
  onError(error: unknown): void;
}

export type CreateFileWatcher = (listener: FileWatcherListener) => FileWatcher;

/** A watcher of the disk, and what of its paths is wanted still. */
interface Watched {
  readonly watcher: FSWatcher;
  readonly paths: Set<string>;
}

/** Watches the disk. */
export function createFileWatcher(listener: FileWatcherListener): FileWatcher {
  let open: readonly Watched[] = [];

  return {
    // What is watched already goes on being watched by the same watcher: what another one has seen, and
    // not told of yet, would be lost with it.
    async watch(paths) {
      const wanted = new Set(paths.map(withForwardSlashes));
      for (const { paths: watched } of open) {
        for (const one of watched) if (!wanted.delete(one)) watched.delete(one);
      }
      const ended = open.filter(({ paths: watched }) => watched.size === 0);
      open = open.filter((one) => !ended.includes(one));
      if (wanted.size > 0) {
        const watcher = watchDisk([...wanted], foldersAbove(paths), listener);
        open = [...open, { watcher, paths: wanted }];
        await ready(watcher);
      }
      await Promise.all(ended.map(({ watcher }) => watcher.close()));
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(open.map(({ watcher }) => watcher.close()));
    },
  };
}

function watchDisk(
  wanted: readonly string[],
  folders: readonly string[],
  listener: FileWatcherListener,
): FSWatcher {
  const changed = (file: string): void => listener.onChange(withForwardSlashes(file));
  const concerns = concernOf(wanted);
  // The folders above are watched, and all else in them ignored: a watcher of a folder itself goes
  // deaf when the folder is removed, and does not wake when it comes back (a change of branch).
  return watch([...folders], {
    ignoreInitial: true,
    // Of a folder that some other program keeps to itself (a database's, in a container) nothing is wanted.
    ignorePermissionErrors: true,
    ignored: (file, stats) => !concerns(withForwardSlashes(path.resolve(file)), stats),
  })
    .on("add", changed)
    .on("change", changed)
    .on("unlink", changed)
    .on("error", (error) => listener.onError(error));
}

/**
 * Whether a file is wanted, in a wanted folder, or on the way to either. It is asked of all files, some
 * times each: what it costs must not grow with how many are wanted.
 */
function concernOf(wanted: readonly string[]): (file: string, stats?: Stats) => boolean {
  const patterns = wanted.flatMap((one) => sourcePattern(one) ?? []);
  const foldersOf = (isDeep: boolean) =>
    new Set(patterns.filter((one) => one.isDeep === isDeep).map(({ folder }) => folder));
  const [flat, deep] = [foldersOf(false), foldersOf(true)];
  const whole = new Set(wanted);
  const onTheWay = new Set([...wanted, ...flat, ...deep].flatMap(pathsTo));

  return (file, stats) => {
    if (onTheWay.has(file)) return true;
    if (flat.has(path.posix.dirname(file)) && isTypeScriptFile(file)) return true;
    const mayHoldSources = isTypeScriptFile(file) || stats?.isFile() !== true;
    return pathsTo(file).some(
      (folder) =>
        (whole.has(folder) && !isOfPackages(file.slice(folder.length))) ||
        (mayHoldSources && deep.has(folder) && !isLeftOut(file.slice(folder.length))),
    );
  };
}

/** The file and all folders above it. */
function pathsTo(file: string): string[] {
  const above = path.posix.dirname(file);
  return above === file ? [file] : [file, ...pathsTo(above)];
}

function isOfPackages(below: string): boolean {
  return /\/(?:node_modules|\.git)(?:\/|$)/.test(below);
}

/**
 * The folder that holds all of these paths, such as that of a monorepo: it remains when a package goes.
 * Where only a whole disk does, the folder of each.
 */
function foldersAbove(paths: readonly string[]): readonly string[] {
  const folders = paths
    .map(withForwardSlashes)
    .map((one) => sourcePattern(one)?.folder ?? path.posix.dirname(one));
  const [first = [], ...others] = folders.map(pathsTo);
  const above = others.map((one) => new Set(one));
  const common = first.find((one) => above.every((folder) => folder.has(one)));
  const found = common !== undefined && !isDisk(common) ? [common] : folders;
  return [...new Set(found.map(existing))];
}

function isDisk(folder: string): boolean {
  return path.posix.dirname(folder) === folder || folder.endsWith(":");
}

function existing(folder: string): string {
  return existsSync(folder) || isDisk(folder) ? folder : existing(path.posix.dirname(folder));
}

function ready(watcher: FSWatcher): Promise<void> {
  return new Promise((resolve) => {
    watcher.once("ready", () => resolve());
  });
}

function withForwardSlashes(file: string): string {
  return file.replaceAll(path.sep, "/");
}
