import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";

const reportUsage = pathToFileURL(path.join(import.meta.dirname, "report-usage.mjs")).href;

/** What a process did and used. */
export interface Measurement {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly peakMiB: number;
  readonly output: string;
}

export interface NodeCommand {
  readonly script: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** Further modules to load first. */
  readonly imports?: readonly string[];
  /** Further options of Node. */
  readonly options?: readonly string[];
}

/**
 * Runs a script with this Node in a process of its own, and measures it from outside.
 *
 * @throws when it fails: a command that stops at an error has measured nothing.
 */
export async function measureProcess(command: NodeCommand): Promise<Measurement> {
  const folder = mkdtempSync(path.join(tmpdir(), "convoy-bench-usage-"));
  const usageFile = path.join(folder, "usage.json");
  try {
    const imports = [...(command.imports ?? []), reportUsage].flatMap((url) => ["--import", url]);
    const options = [...(command.options ?? []), ...imports];
    const started = performance.now();
    const child = spawn(process.execPath, [...options, command.script, ...command.args], {
      cwd: command.cwd,
      env: { ...process.env, CONVOY_BENCH_USAGE: usageFile, NO_COLOR: "1" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (chunk: string) => {
        output += chunk;
      });
    }
    const code = await new Promise<number | null>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", resolve);
    });
    const wallMs = performance.now() - started;
    if (code !== 0) {
      throw new Error(
        `${[command.script, ...command.args].join(" ")} failed (${code}):\n${output}`,
      );
    }
    const usage = JSON.parse(readFileSync(usageFile, "utf8")) as {
      readonly maxRssKiB: number;
      readonly cpuMs: number;
    };
    return { wallMs, cpuMs: usage.cpuMs, peakMiB: usage.maxRssKiB / 1024, output };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
