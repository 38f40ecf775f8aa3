import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Benchmark } from "./benchmark.js";
import { built } from "./documents/built.js";
import { startServer } from "./documents/server.js";
import { manifest } from "./documents/schema.js";
import { median } from "./support/compare.js";

const repository = path.join(import.meta.dirname, "..");
const main = path.join(repository, "dist", "cli", "serve", "main.js");

/** Until it has looked at the database, and has collected what starting has left behind. */
const IDLE_MS = 3_000;

/** `convoy-serve` itself: how soon it listens, and what it holds when nobody asks. */
export const serve: Benchmark = {
  name: "serve",
  async *run({ runs }) {
    await using postgres = await startServer();
    const { syncSchema } = await built<typeof import("../runtime/postgres/apply/sync-schema.js")>(
      "runtime/postgres/apply/sync-schema.js",
    );
    await syncSchema({ url: postgres.url, manifest });
    for (const [written, extension] of [
      ["", ".js"],
      [", imports without extensions", ""],
    ] as const) {
      using project = writeProject(extension);
      const starts: number[] = [];
      const sizes: number[] = [];
      // The first one warms the disk.
      for (let run = 0; run <= runs; run++) {
        const started = performance.now();
        const child = spawn(process.execPath, [main], {
          cwd: project.root,
          env: { ...process.env, DATABASE_URL: postgres.url, PORT: "0" },
          stdio: ["ignore", "pipe", "inherit"],
        });
        await listening(child);
        const ms = performance.now() - started;
        await sleep(IDLE_MS);
        if (run > 0) {
          starts.push(ms);
          sizes.push(residentMiB(child.pid));
        }
        child.kill();
        await once(child, "close");
      }
      yield {
        measure: `start${written}`,
        unit: "ms",
        value: median(starts),
        target: { of: "value", atMost: 700 },
      };
      yield {
        measure: `idle${written}`,
        unit: "MiB",
        value: median(sizes),
        target: { of: "value", atMost: 110 },
      };
    }
  },
};

async function listening({ stdout }: ChildProcess): Promise<void> {
  let text = "";
  while (!text.includes('"msg":"listening"')) {
    const [chunk] = (await once(stdout as NonNullable<typeof stdout>, "data")) as [Buffer];
    text += chunk.toString();
  }
}

function residentMiB(pid: number | undefined): number {
  // Other systems say it in other ways, and none of them is where this is measured.
  const status = readFileSync(`/proc/${pid ?? "self"}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
}

function writeProject(extension: string): Disposable & { readonly root: string } {
  const root = mkdtempSync(path.join(tmpdir(), "convoy-bench-"));
  const write = (file: string, text: string): void => {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), text);
  };
  write("package.json", '{ "type": "module" }');
  write("node_modules/.keep", "");
  for (const name of ["zod", "convoy"]) {
    const target = name === "convoy" ? repository : path.join(repository, "node_modules", name);
    symlinkSync(target, path.join(root, "node_modules", name), "junction");
  }
  const generated = "dist/convoy/_generated";
  write(
    `${generated}/server.js`,
    `import { createFunctionBuilders } from "convoy/server";
export const { query } = createFunctionBuilders();`,
  );
  write(
    "dist/convoy/functions/projects.js",
    `import { query } from "../_generated/server${extension}";
export const count = query({ handler: (ctx) => ctx.db.query("projects").count() });`,
  );
  write(
    "dist/convoy/schema.js",
    `import { defineSchema, defineTable } from "convoy";
import { z } from "zod";
export default defineSchema({
  users: defineTable({ name: z.string() }),
  projects: defineTable({ name: z.string() }),
});`,
  );
  write(
    `${generated}/functions.js`,
    `import * as projects from "../functions/projects.js";
import schema from "../schema.js";
export { schema };
export const functions = { "projects.count": projects.count };`,
  );
  const functions = [{ path: "projects.count", kind: "query", visibility: "public" }];
  write(`${generated}/manifest.json`, JSON.stringify({ ...manifest, functions }));
  return {
    root,
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true, maxRetries: 5 }),
  };
}
