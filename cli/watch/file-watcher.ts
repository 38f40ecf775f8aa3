import { existsSync } from "node:fs";
import path from "node:path";
import { type FSWatcher, watch } from "chokidar";

/** Tells of changes below the paths that it watches. */
export interface FileWatcher extends AsyncDisposable {
  /**
   * Watches these files and folders, there or not, instead of those before. Resolves once no change
   * can be missed.
   */
  watch(paths: readonly string[]): Promise<void>;
}

export interface FileWatcherListener {
  /** A file came, changed or went: its absolute path, with forward slashes. */
  onChange(file: string): void;
  onError(error: unknown): void;
}

export type CreateFileWatcher = (listener: FileWatcherListener) => FileWatcher;

/** Watches the disk. */
export function createFileWatcher(listener: FileWatcherListener): FileWatcher {
  let watcher: FSWatcher | null = null;
  let watched = "";

  return {
    async watch(paths) {
      const wanted = [...new Set(paths.map(withForwardSlashes))].toSorted();
      const key = wanted.join("\0");
      if (key === watched) return;
      // The new watcher is ready before the old one goes, so nothing is missed in between; what both
      // tell of is told twice, which is harmless.
      const before = watcher;
      watcher = open(wanted, listener);
      watched = key;
      await ready(watcher);
      await before?.close();
    },
    async [Symbol.asyncDispose]() {
      await watcher?.close();
    },
  };
}

function open(wanted: readonly string[], listener: FileWatcherListener): FSWatcher {
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
      (file.startsWith(withSlash(one)) && !isLeftOut(file.slice(one.length))),
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
