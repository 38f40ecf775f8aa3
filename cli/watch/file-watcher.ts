import { existsSync } from "node:fs";
import path from "node:path";
import { type FSWatcher, watch } from "chokidar";

/** Tells of changes below the paths that it watches. */
export interface FileWatcher extends AsyncDisposable {
  /**
   * Watches these files and folders, there or not, instead of those before; of `folder/*.ts` the
   * TypeScript files alone that are directly in it. Resolves once no change can be missed.
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
        const watcher = watchDisk([...wanted], listener);
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

function watchDisk(wanted: readonly string[], listener: FileWatcherListener): FSWatcher {
  const changed = (file: string): void => listener.onChange(withForwardSlashes(file));
  // The folders above are watched, and all else in them ignored: a watcher of a folder itself goes
  // deaf when the folder is removed, and does not wake when it comes back (a change of branch).
  return watch(foldersAbove(wanted), {
    ignoreInitial: true,
    ignored: (file) => !concerns(withForwardSlashes(path.resolve(file)), wanted),
  })
    .on("add", changed)
    .on("change", changed)
    .on("unlink", changed)
    .on("error", (error) => listener.onError(error));
}

/** Whether `file` is wanted, in a wanted folder, or on the way to either. */
function concerns(file: string, wanted: readonly string[]): boolean {
  return wanted.some(
    (one) =>
      file === one ||
      one.startsWith(withSlash(file)) ||
      isTypeScriptIn(one, file) ||
      (file.startsWith(withSlash(one)) && !isLeftOut(file.slice(one.length))),
  );
}

/** Whether `pattern` is `folder/*.ts`, and the file one of those. */
function isTypeScriptIn(pattern: string, file: string): boolean {
  return (
    path.posix.basename(pattern) === "*.ts" &&
    path.posix.dirname(pattern) === path.posix.dirname(file) &&
    /\.[cm]?tsx?$/.test(file)
  );
}

function isLeftOut(relative: string): boolean {
  return /\/(?:node_modules|\.git)(?:\/|$)/.test(relative);
}

function foldersAbove(wanted: readonly string[]): string[] {
  const folders = new Set<string>();
  for (const file of wanted) {
    let folder = path.dirname(file);
    while (!existsSync(folder) && path.dirname(folder) !== folder) folder = path.dirname(folder);
    folders.add(folder);
  }
  return [...folders];
}

function ready(watcher: FSWatcher): Promise<void> {
  return new Promise((resolve) => {
    watcher.once("ready", () => resolve());
  });
}

function withForwardSlashes(file: string): string {
  return file.replaceAll(path.sep, "/");
}

function withSlash(folder: string): string {
  return folder.endsWith("/") ? folder : `${folder}/`;
}
