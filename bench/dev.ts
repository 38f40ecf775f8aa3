import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Benchmark } from "./benchmark.js";
import { startServer } from "./documents/server.js";
import { median } from "./support/compare.js";
import { createWorkspace } from "./support/workspace.js";

const main = path.join(import.meta.dirname, "..", "dist", "cli", "main.js");

/** How often the memory is looked at, and how often a call asks whether an edit is live. */
const SAMPLE_MS = 200;
const ASK_MS = 20;
/** Between edits: a person saves, looks, and types again. */
const PAUSE_MS = 3_000;

/**
 * `convoy dev` as a person has it: from a saved handler to a call that answers with the new code, and
 * the most memory of all its processes. Postgres, which may be anywhere, is left out.
 */
export const dev: Benchmark = {
  name: "dev",
  async *run({ runs, clock }) {
    await using postgres = await startServer();
    using workspace = await createWorkspace();
    const file = path.join(workspace.dir, "convoy/functions/version.ts");
    const write = (version: number): void => writeFileSync(file, moduleText(version));
    write(0);
    const child = spawn(process.execPath, [main, "dev", "--port", "0"], {
      cwd: workspace.dir,
      env: { ...process.env, DATABASE_URL: postgres.url, NO_COLOR: "1" },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const sampling = setInterval(() => sizes.push(treeMiB(child.pid ?? 0)), SAMPLE_MS);
    const sizes: number[] = [];
    const times: number[] = [];
    try {
      const url = `${await listening(child)}/api/query/version.version`;
      // The first edit finds code that has not run yet, as the first one of a day does.
      for (let version = 1; version <= runs + 1; version++) {
        await sleep(PAUSE_MS);
        const now = (): number =>
          clock === "wall" ? performance.now() : processorMs(child.pid ?? 0);
        const started = now();
        write(version);
        while ((await answerOf(url)) !== version) await sleep(ASK_MS);
        times.push(now() - started);
      }
    } finally {
      clearInterval(sampling);
      child.kill("SIGINT");
      await once(child, "close");
    }
    const [first = 0, ...others] = times;
    yield { measure: "the first edit, saved to answered", unit: "ms", value: first };
    yield {
      measure: "later edits, saved to answered",
      unit: "ms",
      value: median(others),
      target: { of: "value", atMost: 500 },
    };
    yield {
      measure: "peak of all its processes",
      unit: "MiB",
      value: Math.max(...sizes),
      target: { of: "value", atMost: 700 },
    };
  },
};

function moduleText(version: number): string {
  return `import { query } from "../_generated/server";

export const version = query({ handler: () => ${version} });
`;
}

/** The address of the functions, once they are served. */
async function listening({ stdout }: ChildProcess): Promise<string> {
  let text = "";
  for (;;) {
    const url = /^Functions (http:\S+)/m.exec(text)?.[1];
    if (url !== undefined) return url;
    const [chunk] = (await once(stdout as NonNullable<typeof stdout>, "data")) as [Buffer];
    text += chunk.toString();
  }
}

/** `null` where the version that was asked for closed its connections just then. */
async function answerOf(url: string): Promise<unknown> {
  try {
    const response = await fetch(url, { method: "POST" });
    const { value } = (await response.json()) as { readonly value?: unknown };
    return value;
  } catch {
    return null;
  }
}

/** What a process and its children hold: a page that several share counts as a part of each. */
function treeMiB(pid: number): number {
  return ofTree(pid, (each) => {
    const rollup = readFileSync(`/proc/${each}/smaps_rollup`, "utf8");
    return Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1]) / 1024;
  });
}

/** What they have spent of the processors so far, those that have ended included. */
function processorMs(pid: number): number {
  return ofTree(pid, (each) => {
    const stat = readFileSync(`/proc/${each}/stat`, "utf8");
    // The name, which comes second, may hold blanks. The times are in hundredths of a second.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks) * 10, 0);
  });
}

function ofTree(pid: number, of: (pid: number) => number): number {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
    return children
      .split(" ")
      .filter((child) => child !== "")
      .reduce((sum, child) => sum + ofTree(Number(child), of), of(pid));
  } catch {
    // It ended while it was looked at.
    return 0;
  }
}
