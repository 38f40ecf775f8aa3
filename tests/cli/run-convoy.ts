import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { onTestFinished } from "vitest";

const main = path.join(import.meta.dirname, "..", "..", "dist", "cli", "main.js");

export interface ConvoyResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Both, for what must be nowhere. */
  readonly output: string;
}

export interface RunOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Its output claims to be a terminal. */
  readonly terminal?: boolean;
}

/** Runs the `convoy` that the last build made, to its end. */
export async function runConvoy(
  args: readonly string[],
  options: RunOptions,
): Promise<ConvoyResult> {
  const child = start(args, options);
  let stdout = "";
  let stderr = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const [exitCode] = (await once(child, "close")) as [number | null];
  return { exitCode, stdout, stderr, output: stdout + stderr };
}

/** A command that runs on, ended when it goes out of scope. */
export interface RunningConvoy extends AsyncDisposable {
  /** What it said since the last time, up to the end of the line that matches. */
  line(matching: RegExp): Promise<string>;
  /** Asks it to stop, as Ctrl-C does, and gives its exit code. */
  interrupt(): Promise<number | null>;
}

export function startConvoy(args: readonly string[], options: RunOptions): RunningConvoy {
  const child = start(args, options);
  // A test that runs out of time never leaves its scope.
  onTestFinished(() => void child.kill("SIGKILL"));
  const closed = once(child, "close") as Promise<[number | null]>;
  let text = "";
  let ended = false;
  let wake = (): void => {};
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (more: string) => {
      text += more;
      wake();
    });
  }
  child.on("close", () => {
    ended = true;
    wake();
  });
  return {
    async line(matching) {
      for (;;) {
        const lines = text.split("\n").slice(0, -1);
        const found = lines.findIndex((line) => matching.test(line));
        if (found >= 0) {
          const said = lines.slice(0, found + 1).map((line) => `${line}\n`);
          text = text.slice(said.join("").length);
          return said.join("");
        }
        if (ended) throw new Error(`convoy ended without a line like ${matching}:\n${text}`);
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    async interrupt() {
      child.kill("SIGINT");
      const [exitCode] = await closed;
      return exitCode;
    },
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await closed;
    },
  };
}

function start(args: readonly string[], options: RunOptions): ChildProcess {
  const terminal = "for (const stream of [process.stdout, process.stderr]) stream.isTTY = true;";
  const asTerminal = ["--import", `data:text/javascript,${encodeURIComponent(terminal)}`];
  // What the person who runs the tests has set must not decide how they end.
  const { NO_COLOR: _1, FORCE_COLOR: _2, CONVOY_DEBUG: _3, ...env } = process.env;
  return spawn(process.execPath, [...(options.terminal ? asTerminal : []), main, ...args], {
    cwd: options.cwd,
    env: { ...env, TERM: "xterm-256color", ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
}
