/** Keeps out of the repository what only means something on the machine where it was written. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { findMissingBinaries, findPinnedHosts, type Lockfile } from "../lockfile.js";
import { repository } from "../tool.js";
import { findMachinePaths } from "./machine-paths.js";

// Files that are not added yet are looked at too, so that a commit does not need a second try.
const files = execFileSync(
  "git",
  ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"],
  { cwd: repository, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 },
)
  .split("\0")
  .filter((file) => file !== "");

// A folder directly under the root, such as /app, would be found in texts that do not mean it.
const ownFolders = [repository, homedir()]
  .map((folder) => path.resolve(folder))
  .filter((folder) => folder.split(path.sep).length > 2);

const problems: string[] = [];
for (const file of files) {
  const text = readText(path.join(repository, file));
  if (text === undefined) continue;
  for (const found of findMachinePaths(text, ownFolders)) {
    problems.push(`${file}:${found.line}: a path of one machine: ${found.text}`);
  }
}

const lockfile = JSON.parse(
  readFileSync(path.join(repository, "package-lock.json"), "utf8"),
) as Lockfile;
for (const pinned of findPinnedHosts(lockfile)) {
  problems.push(`package-lock.json: names a registry host; see .npmrc. ${pinned}`);
}
for (const missing of Object.keys(findMissingBinaries(lockfile))) {
  problems.push(`package-lock.json: lacks ${missing}; run \`npm run complete-lockfile\`.`);
}

for (const problem of problems) console.log(problem);
console.log(`${files.length} files, ${problems.length} hygiene problems`);
process.exitCode = problems.length === 0 ? 0 : 1;

/** Nothing for a binary file, and for one that is deleted but not yet committed as such. */
function readText(file: string): string | undefined {
  try {
    const text = readFileSync(file, "utf8");
    return text.includes("\0") ? undefined : text;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
