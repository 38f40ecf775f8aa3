import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { onTestFinished } from "vitest";
import { waitUntil } from "../../postgres/embedded/wait-until.js";
import { linkPackages } from "../../support/link-packages.js";

const main = path.join(import.meta.dirname, "..", "..", "..", "dist", "cli", "serve", "main.js");

export interface Folder extends AsyncDisposable {
  readonly root: string;
}

/** A folder with these files, which find our packages; gone with the scope. */
export async function folderWith(files: Readonly<Record<string, string>>): Promise<Folder> {
  const root = await realpath(await mkdtemp(path.join(os.tmpdir(), "convoy-serve-")));
  linkPackages(root);
  for (const [file, text] of Object.entries(files)) {
    const target = path.join(root, file);
    await mkdir(path.dirname(target), { recursive: true });
    await writeFile(target, text);
  }
  return {
    root,
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true, maxRetries: 5 }),
  };
}

/** A `convoy-serve` that runs, or has run. */
export interface Served {
  readonly child: ChildProcess;
  readonly exit: Promise<number | null>;
  output(): string;
  /** The address, once it listens. */
  url(): Promise<string>;
}

export interface ServeSettings {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly node?: readonly string[];
}

/** Runs the `convoy-serve` that the last build made. */
export function convoyServe(
  args: readonly string[],
  { cwd, env, node = [] }: ServeSettings,
): Served {
  const {
    DATABASE_URL: _1,
    CONVOY_LOG_LEVEL: _2,
    NODE_ENV: _3,
    NO_COLOR: _4,
    ...inherited
  } = process.env;
  const child = spawn(process.execPath, [...node, main, ...args], {
    cwd,
    env: { ...inherited, PORT: "0", HOST: "127.0.0.1", ...env },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  const exit = once(child, "close").then(([code]) => code as number | null);
  return {
    child,
    exit,
    output: () => output,
    async url() {
      const address = (): string | undefined => /"url":"([^"]+)"/.exec(output)?.[1];
      await waitUntil("it listens", () => {
        if (child.exitCode !== null) throw new Error(output);
        return address() !== undefined;
      });
      return address() ?? "";
    },
  };
}
