import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { createInterface } from "node:readline";
import { build } from "esbuild";

const folder = path.join(
  import.meta.dirname,
  "../../../../node_modules/.cache/convoy/tests/faults",
  String(process.pid),
);
const program = path.join(folder, "server.mjs");
let built: Promise<unknown> | null = null;

/** A server in a process of its own, which can be killed and started again on the same port. */
export class ServerProcess implements AsyncDisposable {
  readonly #databaseUrl: string;
  #child: ChildProcess | null = null;
  #url = "";

  static async start(databaseUrl: string): Promise<ServerProcess> {
    const server = new ServerProcess(databaseUrl);
    await server.restart();
    return server;
  }

  private constructor(databaseUrl: string) {
    this.#databaseUrl = databaseUrl;
  }

  get url(): string {
    return this.#url;
  }

  /** `kill -9`. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child === null) return;
    this.#child = null;
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
  }

  async restart(): Promise<void> {
    built ??= bundle();
    await built;
    const port = this.#url === "" ? 0 : Number(new URL(this.#url).port);
    const options = JSON.stringify({ databaseUrl: this.#databaseUrl, port });
    const child = spawn(process.execPath, ["--enable-source-maps", program, options], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    this.#child = child;
    const [line] = (await Promise.race([
      once(createInterface(child.stdout), "line"),
      once(child, "exit").then(() => [""]),
    ])) as [string];
    if (line === "") throw new Error("The server did not start.");
    this.#url = line;
  }

  pause(): void {
    this.#child?.kill("SIGSTOP");
  }

  resume(): void {
    this.#child?.kill("SIGCONT");
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.kill();
  }
}

/** Once for all: `tsx` would read all modules at each start. */
async function bundle(): Promise<void> {
  await mkdir(folder, { recursive: true });
  await build({
    entryPoints: [path.join(import.meta.dirname, "marks-process.ts")],
    outfile: program,
    bundle: true,
    platform: "node",
    format: "esm",
    packages: "external",
    sourcemap: "inline",
    target: "node20",
    logLevel: "warning",
  });
}

export async function removeBundle(): Promise<void> {
  built = null;
  await rm(folder, { recursive: true, force: true });
}
