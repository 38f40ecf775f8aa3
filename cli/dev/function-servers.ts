import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { ConvoyError } from "../../protocol/errors.js";
import type { FromServer, ToServer } from "./server-messages.js";

export interface FunctionServersOptions {
  readonly root: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What functions and the server write. */
  readonly onOutput: (text: string) => void;
  /** The current server has ended without having been told to. */
  readonly onCrash: () => void;
}

/** A version of the project that is served. */
export interface ServedVersion {
  readonly port: number;
  readonly functions: number;
}

/** The processes that serve a project's functions: the current one, and one that is ready to be. */
export interface FunctionServers extends AsyncDisposable {
  /**
   * Serves the project as it is on disk now. The one before goes on until this one can, and for good
   * if it cannot.
   *
   * @throws {ConvoyError} `project-load-failed` and others, where the modules throw.
   */
  start(settings: Omit<Extract<ToServer, { kind: "serve" }>, "kind">): Promise<ServedVersion>;
  /** Ends the server before the current one, once its calls have ended. */
  retire(): void;
}

/** Calls under way in a version that was replaced have this long. */
const RETIRE_MS = 10_000;

export function createFunctionServers(options: FunctionServersOptions): FunctionServers {
  const processes = new Set<ServerProcess>();
  let spare: ServerProcess | null = null;
  let current: ServerProcess | null = null;
  let previous: ServerProcess | null = null;
  let disposed = false;

  const spawn = (): ServerProcess => {
    const made = new ServerProcess(options, () => {
      processes.delete(made);
      if (spare === made) spare = null;
      if (current !== made) return;
      current = null;
      if (!disposed) options.onCrash();
    });
    processes.add(made);
    return made;
  };

  return {
    async start(settings) {
      const next = spare ?? spawn();
      spare = null;
      try {
        const served = await next.serve(settings);
        previous = current;
        current = next;
        return served;
      } catch (error) {
        next.stop();
        throw error;
      } finally {
        // The next edit will need it; loading it now costs nobody any time.
        if (!disposed) spare = spawn();
      }
    },
    retire() {
      previous?.stop();
      previous = null;
    },
    async [Symbol.asyncDispose]() {
      disposed = true;
      const all = [...processes];
      for (const each of all) each.stop();
      await Promise.all(all.map((each) => each.ended));
    },
  };
}

/** One process. */
class ServerProcess {
  readonly #child: ChildProcess;
  readonly ended: Promise<unknown>;

  constructor({ root, env, onOutput }: FunctionServersOptions, onEnd: () => void) {
    const isSource = import.meta.url.endsWith(".ts");
    const entry = new URL(`./server-process.${isSource ? "ts" : "js"}`, import.meta.url);
    this.#child = fork(fileURLToPath(entry), [], {
      cwd: root,
      env: { ...env },
      execArgv: ["--import", import.meta.resolve("tsx")],
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding("utf8").on("data", onOutput);
    }
    this.ended = once(this.#child, "exit").then(onEnd, onEnd);
  }

  serve(settings: Omit<Extract<ToServer, { kind: "serve" }>, "kind">): Promise<ServedVersion> {
    return new Promise((resolve, reject) => {
      this.#child.on("message", (message: FromServer) => {
        if (message.kind === "listening") resolve(message);
        if (message.kind === "failed") reject(new ConvoyError(message.code, message.message));
      });
      void this.ended.then(() =>
        reject(
          new ConvoyError(
            "project-load-failed",
            "The process that serves the functions ended while it was loading them. Something in convoy/ ends the process when it is imported.",
          ),
        ),
      );
      this.#tell({ kind: "serve", ...settings });
    });
  }

  stop(): void {
    this.#tell({ kind: "stop" });
    const late = setTimeout(() => this.#child.kill("SIGKILL"), RETIRE_MS);
    void this.ended.then(() => clearTimeout(late));
  }

  #tell(message: ToServer): void {
    if (this.#child.connected) this.#child.send(message, () => {});
  }
}
