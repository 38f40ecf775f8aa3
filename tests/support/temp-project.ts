import { cp, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { linkPackages } from "./link-packages.js";

const repository = path.join(import.meta.dirname, "..", "..");

/** What projects import, and what tools look for in a project. */
const packages = [
  "@tanstack",
  "@types",
  "express",
  "pg",
  "react",
  "react-dom",
  "ts-patch",
  "typescript",
  "vite",
  "zod",
];

/** A database, and the address of one. */
const ownOfMachine = new Set([".convoy", ".env.local"]);

/** A copy of a fixture in a folder of its own, which goes when the scope ends. */
export interface TempProject extends AsyncDisposable {
  /** The absolute path of the folder that holds `convoy/`, free of symbolic links. */
  readonly root: string;
  /** Writes a file, and the folders that it needs. Paths are relative to the root. */
  write(file: string, text: string): Promise<void>;
  read(file: string): Promise<string>;
  /** Removes a file or a folder with all it holds. */
  remove(file: string): Promise<void>;
}

/**
 * Copies `fixtures/<fixture>`, leaves out the paths in `without`, and adds or replaces `files`. Its
 * packages are ours, and `convoy` is this repository: what the project imports is what the last
 * build made.
 */
export async function tempProject(
  fixture: string,
  options: {
    readonly files?: Readonly<Record<string, string>>;
    readonly without?: readonly string[];
    /** Has Drizzle installed. To read its types takes as long as to read all others. */
    readonly drizzle?: boolean;
  } = {},
): Promise<TempProject> {
  const root = await realpath(await mkdtemp(path.join(os.tmpdir(), "convoy-test-")));
  const project: TempProject = {
    root,
    async write(file, text) {
      const target = path.join(root, file);
      await mkdir(path.dirname(target), { recursive: true });
      await writeFile(target, text);
    },
    read: (file) => readFile(path.join(root, file), "utf8"),
    // A server may be putting back what is being removed.
    remove: (file) => rm(path.join(root, file), { recursive: true, force: true, maxRetries: 5 }),
    // A process that a test has just ended may hold a file for a moment on Windows.
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true, maxRetries: 5 }),
  };
  try {
    await copyProject(path.join(repository, "fixtures", fixture), root);
    if (options.drizzle) linkPackages(root, [...packages, "drizzle-orm"]);
    else {
      linkPackages(root, packages);
      await project.remove("convoy/_generated/drizzle.ts");
    }
    for (const file of options.without ?? []) await project.remove(file);
    for (const [file, text] of Object.entries(options.files ?? {})) await project.write(file, text);
  } catch (error) {
    await project[Symbol.asyncDispose]();
    throw error;
  }
  return project;
}

/** Copies a project as it is in version control, not what running it has left there. */
export async function copyProject(from: string, to: string): Promise<void> {
  await cp(from, to, { recursive: true, filter: (file) => !ownOfMachine.has(path.basename(file)) });
}
