import { fork } from "node:child_process";
import { once } from "node:events";
import path from "node:path";

/** A server in a process of its own, so that what it spends is told from what asking it spends. */
export interface ServerProcess extends AsyncDisposable {
  readonly port: number;
  /** Microseconds of processor that it has spent so far. */
  cpu(): Promise<number>;
}

type Message = { readonly port: number } | { readonly cpu: number };

export async function startServerProcess(
  script: string,
  databaseUrl: string,
): Promise<ServerProcess> {
  const child = fork(path.join(import.meta.dirname, script), {
    env: { ...process.env, DATABASE_URL: databaseUrl, NODE_ENV: "production" },
    // Its lines of log are written, and read by nobody.
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const failed = once(child, "exit").then(() => {
    throw new Error(`The server ${script} ended.`);
  });
  // It does end, once it is told to.
  failed.catch(() => {});
  const answer = async (): Promise<Message> =>
    ((await Promise.race([once(child, "message"), failed])) as [Message])[0];
  const { port } = (await answer()) as { readonly port: number };
  return {
    port,
    async cpu() {
      child.send("cpu");
      return ((await answer()) as { readonly cpu: number }).cpu;
    },
    async [Symbol.asyncDispose]() {
      child.kill();
      await once(child, "close");
    },
  };
}

/** In the process itself: says where it listens, and what it spends whenever asked. */
export function announce(port: number): void {
  process.send?.({ port } satisfies Message);
  process.on("message", () => {
    const { user, system } = process.cpuUsage();
    process.send?.({ cpu: user + system } satisfies Message);
  });
}
