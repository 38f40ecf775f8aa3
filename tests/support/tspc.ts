import { type ChildProcess, spawn } from "node:child_process";
import { EventEmitter, once } from "node:events";
import path from "node:path";
import type { TempProject } from "./temp-project.js";

const installed = path.join(import.meta.dirname, "..", "..", "node_modules");
const tspc = path.join(installed, "ts-patch", "bin", "tspc.js");

/** The packages of the TypeScript versions that the transformer is tested with. */
export const typescriptVersions = ["typescript", "typescript-5.9", "typescript-5.5"] as const;
export type TypescriptVersion = (typeof typescriptVersions)[number];

export interface TspcResult {
  readonly exitCode: number;
  readonly output: string;
}

/** How long a test waits for a compilation, in ms. */
const patience = 40_000;

/** Runs the real `tspc` in a project, to its end. */
export async function runTspc(
  project: TempProject,
  args: readonly string[] = [],
  version: TypescriptVersion = "typescript",
): Promise<TspcResult> {
  const child = start(project, args, version);
  let output = "";
  collect(child, (text) => {
    output += text;
  });
  const [exitCode] = (await once(child, "close")) as [number | null];
  return { exitCode: exitCode ?? 1, output };
}

/** A `tspc --watch`, ended when it goes out of scope. */
export interface WatchingTspc extends AsyncDisposable {
  /** What it said up to the end of the next compilation whose output matches. */
  nextCompilation(matching?: RegExp): Promise<string>;
  /**
   * The same after an edit, which is made again until the compilation comes: `--build --watch` says
   * that it watches before it does.
   */
  compilationAfter(edit: () => Promise<void>, matching: RegExp): Promise<string>;
  /** How many compilations have ended. */
  readonly compilations: number;
}

/** Starts the real `tspc` with `args`, which must have it watch. */
export function watchTspc(
  project: TempProject,
  args: readonly string[] = ["--watch"],
  version: TypescriptVersion = "typescript",
): WatchingTspc {
  const child = start(project, args, version);
  const endOfCompilation = /Found \d+ errors?\. Watching for file changes\.\s*/;
  const ended: string[] = [];
  let open = "";
  let taken = 0;
  const news = new EventEmitter();
  collect(child, (text) => {
    open += text;
    for (let end = endOfCompilation.exec(open); end !== null; end = endOfCompilation.exec(open)) {
      const length = end.index + end[0].length;
      ended.push(open.slice(0, length));
      open = open.slice(length);
    }
    news.emit("news");
  });
  const closed = once(child, "close").then(() => news.emit("news"));

  return {
    get compilations() {
      return ended.length;
    },
    async nextCompilation(matching = /^/) {
      const start = taken;
      const deadline = AbortSignal.timeout(patience);
      for (;;) {
        while (taken < ended.length) {
          if (matching.test(ended[taken++]!)) return ended.slice(start, taken).join("");
        }
        if (deadline.aborted || child.exitCode !== null || child.signalCode !== null) {
          const seen = ended.slice(start).join("") + open;
          throw new Error(`tspc has not printed ${matching}. It printed:\n${seen}`);
        }
        await once(news, "news", { signal: deadline }).catch(() => undefined);
      }
    },
    async compilationAfter(edit, matching) {
      await edit();
      const again = setInterval(() => void edit(), 500);
      return this.nextCompilation(matching).finally(() => clearInterval(again));
    },
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await closed;
    },
  };
}

function start(
  project: TempProject,
  args: readonly string[],
  version: TypescriptVersion,
): ChildProcess {
  // With the usual few megabytes for young objects, a fifth of the time is the collector's.
  return spawn(process.execPath, ["--max-semi-space-size=64", tspc, ...args], {
    cwd: project.root,
    env: { ...process.env, TSP_COMPILER_TS_PATH: path.join(installed, version), NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

function collect(child: ChildProcess, take: (text: string) => void): void {
  child.stdout?.setEncoding("utf8").on("data", take);
  child.stderr?.setEncoding("utf8").on("data", take);
}
