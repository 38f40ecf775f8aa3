import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { EmbeddedPostgresOptions } from "../../../runtime/postgres/embedded/start.js";

export const isRoot: boolean = process.getuid?.() === 0;

/** Somebody who is neither root nor the one as whom a server of root runs: `daemon`, everywhere. */
export const normalUser = { uid: 1, gid: 1 } as const;

/** As in a container that is run with `--user 65533`. */
export const unnamedUser = { uid: 65_533, gid: 65_533 } as const;

export interface Owner extends AsyncDisposable {
  readonly url: string;
  readonly pid: number;
  readonly adopted: boolean;
  /** Gives back the share and ends. */
  stop(): Promise<void>;
  /** `kill -9`, without a chance to give anything back. */
  kill(): Promise<void>;
}

/** The arguments with which Node runs `owner.ts`. */
export function ownerArguments(options: EmbeddedPostgresOptions): string[] {
  const program = fileURLToPath(new URL("./owner.ts", import.meta.url));
  return ["--import", "tsx", program, JSON.stringify(options)];
}

/** A process of its own that has a share in a server; another user's if we are root. */
export async function spawnOwner(
  options: EmbeddedPostgresOptions,
  as: typeof normalUser | typeof unnamedUser | null = null,
): Promise<Owner> {
  const child = spawn(process.execPath, ownerArguments(options), {
    stdio: ["pipe", "pipe", "inherit"],
    env: { PATH: process.env["PATH"] },
    ...(isRoot ? as : null),
  });
  const ended = once(child, "exit");
  const line = await Promise.race([
    once(createInterface(child.stdout), "line").then(([text]) => text as string),
    ended.then(() => "{}"),
  ]);
  const started = JSON.parse(line) as Pick<Owner, "url" | "pid" | "adopted"> | OwnerFailure;
  if (!("url" in started)) {
    await ended;
    throw Object.assign(new Error(started.message), { code: started.code });
  }
  const stop = async (): Promise<void> => {
    child.stdin.end();
    await ended;
  };
  return {
    ...started,
    stop,
    async kill() {
      child.kill("SIGKILL");
      await ended;
    },
    [Symbol.asyncDispose]: stop,
  };
}

interface OwnerFailure {
  readonly code: string | null;
  readonly message: string;
}
