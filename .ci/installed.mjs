// Succeeds when node_modules holds what package-lock.json names. Plain JavaScript, as it runs
// before anything is installed.
import { readFileSync } from "node:fs";

const wanted = packagesOf("package-lock.json");
const installed = packagesOf("node_modules/.package-lock.json");

const missing = Object.entries(wanted).find(([path, { version, integrity, optional, link }]) => {
  // The first is this package itself; a binary for another platform is optional and never here.
  if (path === "" || link || (optional && installed[path] === undefined)) return false;
  return installed[path]?.version !== version || installed[path]?.integrity !== integrity;
});
if (missing) {
  console.log(`node_modules is not what package-lock.json names (${missing[0]}).`);
  process.exit(1);
}

function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(new URL(`../${file}`, import.meta.url), "utf8")).packages;
  } catch {
    return {};
  }
}
