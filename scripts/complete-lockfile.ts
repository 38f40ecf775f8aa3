/**
 * Adds to package-lock.json the binaries for other platforms that npm left out, as it does when the
 * registry at hand does not hold them. Run it when the hygiene check asks for it.
 */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { addPackages, findMissingBinaries, type Lockfile } from "./lockfile.js";
import { repository } from "./tool.js";

const file = path.join(repository, "package-lock.json");
const lockfile = JSON.parse(readFileSync(file, "utf8")) as Lockfile;
const missing = findMissingBinaries(lockfile);
writeFileSync(file, `${JSON.stringify(addPackages(lockfile, missing), undefined, 2)}\n`);
console.log(`${Object.keys(missing).length} packages added`);
