import fs from "node:fs";
import path from "node:path";
import { mapFile } from "./generate.js";

/** Files that Convoy has generated at some time: what is left over of them may be removed. */
const ownNames = new Set([
  "dataModel.ts",
  "server.ts",
  "api.ts",
  "apiTypes.d.ts",
  mapFile,
  "functions.ts",
  "drizzle.ts",
  "manifest.json",
  ".gitignore",
]);

/**
 * The generated files that are missing, differ or are left over. The declaration map is left out:
 * it is not committed, since its positions change with every edit.
 *
 * @param files every generated file by absolute path, as `generate` gives them.
 */
export function checkGenerated(files: ReadonlyMap<string, string>): readonly string[] {
  const differing = [...files].filter(([file, text]) => !isMap(file) && readText(file) !== text);
  return [...differing.map(([file]) => file), ...leftOver(files)].toSorted();
}

/**
 * Writes the generated files whose text has changed, each by an atomic rename, and removes those
 * that are left over from an earlier time.
 *
 * @returns the absolute paths written or removed, sorted.
 * @throws the file system's error when a file cannot be written.
 */
export function writeGenerated(files: ReadonlyMap<string, string>): readonly string[] {
  const changed = [...files].filter(([file, text]) => readText(file) !== text);
  for (const [file, text] of changed) {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    const temporary = `${file}.${process.pid}.tmp`;
    try {
      fs.writeFileSync(temporary, text);
      fs.renameSync(temporary, file);
    } catch (error) {
      fs.rmSync(temporary, { force: true });
      throw error;
    }
  }
  const stale = leftOver(files);
  for (const file of stale) fs.rmSync(file, { force: true });
  return [...changed.map(([file]) => file), ...stale].toSorted();
}

function isMap(file: string): boolean {
  return path.posix.basename(file) === mapFile;
}

/** The text of a file; line ends as git may check them out on Windows count as ours. */
function readText(file: string): string | null {
  try {
    return fs.readFileSync(file, "utf8").replaceAll("\r\n", "\n");
  } catch {
    return null;
  }
}

function leftOver(files: ReadonlyMap<string, string>): readonly string[] {
  const folders = new Set([...files.keys()].map((file) => path.posix.dirname(file)));
  return [...folders].flatMap((folder) => {
    const names = fs.existsSync(folder) ? fs.readdirSync(folder) : [];
    return names
      .filter((name) => ownNames.has(name) && !files.has(`${folder}/${name}`))
      .map((name) => `${folder}/${name}`);
  });
}
