import { spawn } from "node:child_process";
import { closeSync, openSync, realpathSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { ServerFolder } from "./folder.js";
import type { KeeperConfig } from "./keeper-protocol.js";
import { host } from "./port.js";
import { isPostmaster, readPostmasterFile } from "./postmaster-pid.js";
import { runProgram, serverEnvironment } from "./run-program.js";

const READY_POLL_MS = 5;
const ADOPTED_POLL_MS = 100;
/** A fast shutdown writes a checkpoint, which a slow disk takes a while for. */
const FAST_SHUTDOWN_MS = 20_000;
const IMMEDIATE_SHUTDOWN_MS = 5000;

/** The first process of a running server. */
export interface Postmaster {
  readonly pid: number;
  readonly ended: Promise<void>;
}

export async function spawnPostmaster(
  folder: ServerFolder,
  config: KeeperConfig,
): Promise<Postmaster> {
  const settings = {
    ...config.settings,
    port: `${config.port}`,
    listen_addresses: host,
    // The path of a socket is limited to about 100 bytes, and that of a project is not.
    unix_socket_directories: "",
    logging_collector: "off",
    log_destination: "stderr",
  };
  const log = openSync(folder.log, "a", 0o600);
  try {
    const child = spawn(
      config.postgres,
      // Without the links: not every folder on the way need be open to the server's user.
      [
        "-D",
        realpathSync(folder.data),
        ...Object.entries(settings).flatMap(([k, v]) => ["-c", `${k}=${v}`]),
      ],
      {
        cwd: path.parse(folder.root).root,
        env: {
          ...serverEnvironment(),
          // Postgres takes a process of this number for no server, and goes on to look for
          // survivors of a crash by other means.
          ...(config.stalePid === null ? {} : { PG_GRANDPARENT_PID: `${config.stalePid}` }),
        },
        stdio: ["ignore", log, log],
        windowsHide: true,
        ...config.user,
      },
    );
    await new Promise<void>((resolve, reject) => {
      child.once("spawn", resolve);
      child.once("error", reject);
    });
    const ended = new Promise<void>((resolve) => {
      child.once("exit", () => resolve());
    });
    return { pid: child.pid!, ended };
  } finally {
    closeSync(log);
  }
}

/** A server that runs already, as no child of ours. */
export function adoptPostmaster(folder: ServerFolder, pid: number): Postmaster {
  const watch = async (): Promise<void> => {
    while (await isPostmaster(pid, folder.data)) await sleep(ADOPTED_POLL_MS);
  };
  return { pid, ended: watch() };
}

/**
 * Waits until the server accepts connections; tells before that when it has locked its folder.
 * `false`: it has ended instead.
 */
export async function untilReady(
  folder: ServerFolder,
  { pid, ended }: Postmaster,
  onLocked: (pid: number) => void,
): Promise<boolean> {
  let locked = false;
  const over = ended.then(() => true);
  do {
    const file = await readPostmasterFile(folder.data);
    if (file?.pid === pid) {
      if (!locked) onLocked(pid);
      locked = true;
      if (file.status === "ready") return true;
    }
  } while (!(await Promise.race([over, sleep(READY_POLL_MS, false)])));
  return false;
}

/** Ends the connections, then the server: with a checkpoint if it can, so that nothing is recovered. */
export async function stopPostmaster(
  folder: ServerFolder,
  { pid, ended }: Postmaster,
  config: KeeperConfig,
): Promise<void> {
  if (process.platform === "win32") {
    await runProgram(config.pgCtl, ["stop", "-D", folder.data, "-m", "fast"], {
      cwd: folder.root,
      user: null,
    });
    return ended;
  }
  const steps = [
    ["SIGINT", FAST_SHUTDOWN_MS],
    ["SIGQUIT", IMMEDIATE_SHUTDOWN_MS],
    ["SIGKILL", IMMEDIATE_SHUTDOWN_MS],
  ] as const;
  for (const [signal, milliseconds] of steps) {
    try {
      process.kill(pid, signal);
    } catch {
      return; // It has ended.
    }
    const timer = new AbortController();
    const timedOut = await Promise.race([
      ended.then(() => false),
      sleep(milliseconds, true, { signal: timer.signal }),
    ]);
    timer.abort();
    if (!timedOut) return;
  }
}
