import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import path from "node:path";
import { defineConfig, type ViteUserConfig } from "vitest/config";

// A hang is found all the same, and a machine that does other work is no reason to fail.
const testTimeout = 180_000;

// Most of the time goes to compilers, here and in processes of their own. With the usual few megabytes
// for young objects, a fifth of it would be the collector's, and a quarter goes to compiling TypeScript.
const codeCache = path.join(import.meta.dirname, "tests", "support", "code-cache.cjs");
const nodeOptions = ["--max-semi-space-size=64", "--require", JSON.stringify(codeCache)];
process.env["NODE_OPTIONS"] = [process.env["NODE_OPTIONS"], ...nodeOptions].join(" ");

const config: ViteUserConfig = defineConfig({
  // In-process tests of `convoy` and `convoy/…` run the sources: there is no second copy from dist
  // beside them, and no build to forget.
  resolve: { alias: entryPointAliases() },
  test: {
    include: ["tests/**/*.test.ts", "tests/**/*.test.tsx"],
    globalSetup: ["tests/support/postgres-setup.ts"],
    // Processes, not threads: tests may change directory and run compilers side by side.
    pool: "forks",
    // Files that a process runs one after the other share the modules they load, which takes half the
    // time of most of them to do. Nothing of ours changes what belongs to a process; stubs are undone.
    isolate: false,
    // One more than can compute at once: many tests wait for a server or a process.
    maxWorkers: availableParallelism() + 1,
    testTimeout,
    hookTimeout: testTimeout,
    restoreMocks: true,
    unstubEnvs: true,
    unstubGlobals: true,
    // A missing or different snapshot fails everywhere; only `npm run golden` writes.
    update: "none",
  },
});
export default config;

function entryPointAliases(): Array<{ find: RegExp; replacement: string }> {
  const manifest = JSON.parse(
    readFileSync(path.join(import.meta.dirname, "package.json"), "utf8"),
  ) as {
    name: string;
    exports: Record<string, string | { default?: string; import?: { default: string } }>;
  };
  const aliases = [];
  for (const [entry, target] of Object.entries(manifest.exports)) {
    if (typeof target === "string") continue;
    const output = target.import?.default ?? target.default;
    if (output === undefined)
      throw new Error(`package.json: the export "${entry}" has no default.`);
    const source = output.replace("./dist/", "./").replace(/\.js$/, ".ts");
    aliases.push({
      find: new RegExp(`^${manifest.name}${entry.slice(1)}$`),
      replacement: path.join(import.meta.dirname, source),
    });
  }
  return aliases;
}
