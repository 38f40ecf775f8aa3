import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { ConvoyError } from "../../protocol/errors.js";
import { createBundler } from "./bundle.js";
import type { FromServer, ToServer } from "./server-messages.js";

export interface FunctionServersOptions {
  readonly root: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What functions and the server write. */
  readonly onOutput: (text: string) => void;
  /** The current server has ended without having been told to. */
  readonly onCrash: () => void;
}

type ServeMessage = Extract<ToServer, { kind: "serve" }>;

/** A version of the project that is served. */
export interface ServedVersion {
  readonly port: number;
  readonly functions: number;
}

/** The processes that serve a project's functions: the current one, and one that is ready to be. */
export interface FunctionServers extends AsyncDisposable {
  /** Begins to make ready what `start` will serve: the project as it is on disk now. */
  prepare(generated: string): void;
  /**
   * Serves the project as it is on disk now. The one before goes on until this one can, and for good
   * if it cannot.
   *
   * @throws {ConvoyError} `project-load-failed` and others, where the modules throw.
   */
  start(settings: Omit<ServeMessage, "kind" | "bundle">): Promise<ServedVersion>;
  /** Ends the server before the current one, once its calls have ended. */
  retire(): void;
}

/** A version that was replaced reads for so long what was on its way to it. */
const RETIRE_AFTER_MS = 100;
/** Calls under way in a version that was replaced have this long. */
const RETIRE_MS = 10_000;

export function createFunctionServers(options: FunctionServersOptions): FunctionServers {
  const processes = new Set<ServerProcess>();
  const bundler = createBundler();
  let spare: ServerProcess | null = null;
  let current: ServerProcess | null = null;
  let previous: ServerProcess | null = null;
  let disposed = false;
  let prepared: Promise<string | null> | null = null;
  /** Whether what is bundled loads, as far as is known. */
  let isBundled = true;

  const prepare = (generated: string): Promise<string | null> =>
    isBundled ? bundler.bundle(generated).catch(() => null) : Promise.resolve(null);

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

  const serve = async (settings: Omit<ServeMessage, "kind">): Promise<ServedVersion> => {
    // A start that nobody waits for any more begins nothing that nobody would end.
    if (disposed) throw new ConvoyError("project-load-failed", "The functions are served no more.");
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
    }
  };

  return {
    prepare(generated) {
      prepared = prepare(generated);
    },
    async start(settings) {
      try {
        prepared ??= prepare(settings.generated);
        const bundle = await prepared;
        prepared = null;
        if (bundle !== null) {
          try {
            return await serve({ ...settings, bundle });
          } catch {
            // It is told by the files that a person knows; unless it was of the bundle.
          }
        }
        const served = await serve({ ...settings, bundle: null });
        if (bundle !== null) isBundled = false;
        return served;
      } finally {
        // The next edit will need it; loading it now costs nobody any time.
        if (!disposed) spare ??= spawn();
      }
    },
    retire() {
      const retired = previous;
      previous = null;
      if (retired !== null) setTimeout(() => retired.stop(), RETIRE_AFTER_MS).unref();
    },
    async [Symbol.asyncDispose]() {
      disposed = true;
      const all = [...processes];
      for (const each of all) each.stop();
      await Promise.all([prepared, ...all.map((each) => each.ended)]);
      await bundler[Symbol.asyncDispose]();
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
      execArgv: isSource ? ["--import", import.meta.resolve("tsx")] : [],
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding("utf8").on("data", onOutput);
    }
    this.ended = once(this.#child, "exit").then(onEnd, onEnd);
  }

  serve(settings: Omit<ServeMessage, "kind">): Promise<ServedVersion> {
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
