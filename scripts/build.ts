/**
 * Compiles the package: ESM into dist, and what must be loadable with require() into dist/cjs.
 * Repeated builds are incremental; `--clean` starts from nothing and checks types, as publishing does.
 */
import { existsSync } from "node:fs";
import { chmod, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { repository, runTool } from "./tool.js";

const dist = path.join(repository, "dist");
const commonjs = path.join(dist, "cjs");

const isClean = process.argv.includes("--clean");
if (isClean) await rm(dist, { recursive: true, force: true });

// What is published has been checked by this very build; at other times `npm run types` does it.
const unchecked = isClean ? [] : ["--noCheck"];
// Side by side: neither reads what the other writes.
const [esm, cjs] = await Promise.all([
  runTool("typescript", "tsc", ["--project", "tsconfig.build.json", ...unchecked]),
  runTool("typescript", "tsc", ["--project", "tsconfig.cjs.json"]),
]);
if (esm === 0 && cjs === 0) {
  await removeOutputsWithoutSource();
  await markAsCommonjs();
  // tsc writes plain files; npx runs the bin of a clone as it is. Windows has no such bit.
  for (const bin of ["main.js", "serve/main.js"]) await chmod(path.join(dist, "cli", bin), 0o755);
} else {
  process.exitCode = 1;
}

/** tsc never deletes: without this, a removed or renamed source would live on in the package. */
async function removeOutputsWithoutSource(): Promise<void> {
  const entries = await readdir(dist, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    const source = /^(.+?)(?:\.d\.ts|\.js)(?:\.map)?$/.exec(entry.name)?.[1];
    if (!entry.isFile() || source === undefined) continue;
    const inCommonjs = !path.relative(commonjs, entry.parentPath).startsWith("..");
    const folder = path.relative(inCommonjs ? commonjs : dist, entry.parentPath);
    const stem = path.join(repository, folder, source);
    if (existsSync(`${stem}.ts`) || existsSync(`${stem}.tsx`)) continue;
    await rm(path.join(entry.parentPath, entry.name));
  }
}

/** Node and TypeScript take a .js file for what the nearest package.json says; ours says ESM. */
async function markAsCommonjs(): Promise<void> {
  const file = path.join(commonjs, "package.json");
  const text = `${JSON.stringify({ type: "commonjs" })}\n`;
  await mkdir(commonjs, { recursive: true });
  const current = await readFile(file, "utf8").catch(() => undefined);
  if (current !== text) await writeFile(file, text);
}
