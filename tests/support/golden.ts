import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect } from "vitest";

/** Text by file name, which may hold folders: `_generated/api.ts`. */
export type Files = Readonly<Record<string, string>>;

/**
 * Expects a folder of golden files to hold exactly these files. `npm run golden` rewrites the folder
 * instead, and removes what is no longer made.
 */
export async function expectGolden(folder: string, files: Files): Promise<void> {
  const golden = await readFolder(folder);
  if (process.env["UPDATE_GOLDEN"] === "1") {
    await writeFolder(folder, golden, files);
    return;
  }
  const message = `${path.relative(process.cwd(), folder)} differs; see the diff, then \`npm run golden\``;
  expect(Object.keys(files).toSorted(), message).toEqual(Object.keys(golden).toSorted());
  // One by one, so that a failure shows one file's diff rather than all files as one object.
  for (const name of Object.keys(golden)) {
    expect(files[name], `${message} (${name})`).toBe(golden[name]);
  }
}

async function readFolder(folder: string): Promise<Files> {
  const files: Record<string, string> = {};
  if (!existsSync(folder)) return files;
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath, entry.name);
    const name = path.relative(folder, file).replaceAll(path.sep, "/");
    files[name] = await readFile(file, "utf8");
  }
  return files;
}

async function writeFolder(folder: string, before: Files, after: Files): Promise<void> {
  for (const name of Object.keys(before)) {
    if (!Object.hasOwn(after, name)) await rm(path.join(folder, name));
  }
  for (const [name, text] of Object.entries(after)) {
    if (before[name] === text) continue;
    const file = path.join(folder, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
  }
}
