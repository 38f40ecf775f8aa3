import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { readFile, readlink, realpath } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";

/** What a running server says of itself in `postmaster.pid`. */
export interface PostmasterFile {
  readonly pid: number;
  readonly port: number;
  /** Empty at first. */
  readonly status: "" | "starting" | "stopping" | "ready" | "standby";
}

/** `null` when there is none, or when it is only being written. */
export async function readPostmasterFile(data: string): Promise<PostmasterFile | null> {
  let text: string;
  try {
    text = await readFile(path.join(data, "postmaster.pid"), "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
  const lines = text.split("\n");
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0) return null;
  return {
    pid,
    port: Number(lines[3] ?? 0),
    status: (lines[7] ?? "").trim() as PostmasterFile["status"],
  };
}

/** Whether the process is there, has not ended, and is ours to signal. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A process that has ended stays in the list until its parent looks, which in a container may
    // be never.
    return process.platform !== "linux" || !"ZX".includes(linuxProcess(pid).state);
  } catch {
    return false;
  }
}

function linuxProcess(pid: number): { readonly name: string; readonly state: string } {
  const text = readFileSync(`/proc/${pid}/stat`, "utf8");
  const nameEnd = text.lastIndexOf(")");
  return { name: text.slice(text.indexOf("(") + 1, nameEnd), state: text.charAt(nameEnd + 2) };
}

/**
 * Whether the process is a Postgres that serves this data: after a crash and a restart of the
 * machine, or of a container, its number may belong to any other program.
 */
export async function isPostmaster(pid: number, data: string): Promise<boolean> {
  if (!isRunning(pid)) return false;
  switch (process.platform) {
    case "linux":
      try {
        // Postgres works inside its data directory.
        return (await readlink(`/proc/${pid}/cwd`)) === (await realpath(data));
      } catch {
        // Hidden from us, or it has ended.
        return isRunning(pid) && linuxProcess(pid).name === "postgres";
      }
    case "win32":
      return (await outputOf("tasklist", ["/NH", "/FI", `PID eq ${pid}`])).includes("postgres");
    default:
      return (await outputOf("ps", ["-o", "comm=", "-p", `${pid}`])).includes("postgres");
  }
}

async function outputOf(program: string, args: readonly string[]): Promise<string> {
  try {
    return (await promisify(execFile)(program, args, { windowsHide: true })).stdout;
  } catch {
    return "";
  }
}
