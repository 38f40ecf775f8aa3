import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";

const cache = path.join(import.meta.dirname, "../../node_modules/.cache/convoy/bench");

/**
 * What nobody needs but who compares with it, installed where it is no dependency of ours.
 *
 * @returns the folder to require it from.
 */
export function installPeer(name: string, version: string): string {
  const folder = path.join(cache, `${name}-${version}`);
  const isInstalled = path.join(folder, "installed");
  if (existsSync(isInstalled)) return folder;
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, "package.json"), '{ "private": true }');
  execFileSync("npm", ["install", "--no-audit", "--no-fund", `${name}@${version}`], {
    cwd: folder,
    stdio: ["ignore", "ignore", "inherit"],
  });
  writeFileSync(isInstalled, "");
  return folder;
}
