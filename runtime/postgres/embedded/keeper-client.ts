import { readFile } from "node:fs/promises";
import net from "node:net";
import type { ServerFolder } from "./folder.js";
import { type KeeperMessage, type KeeperRecord, readMessages } from "./keeper-protocol.js";
import { host } from "./port.js";
import { isRunning } from "./postmaster-pid.js";

/** A port may belong to another program by now, and that need not answer. */
const HELLO_TIMEOUT_MS = 5000;

/** A share in a running server, which goes on at least as long. */
export interface Membership {
  readonly pid: number;
  readonly port: number;
  /** Resolves when the connection to the keeper has ended, released or not. */
  readonly ended: Promise<void>;
  /** Waits for the end of the server if nobody else has a share in it. */
  release(): Promise<void>;
}

export async function readKeeperRecord(folder: ServerFolder): Promise<KeeperRecord | null> {
  try {
    return JSON.parse(await readFile(folder.keeper, "utf8")) as KeeperRecord;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || error instanceof SyntaxError) return null;
    throw error;
  }
}

/**
 * Joins those who use the folder's server. Waits while it starts. `null` when nobody keeps one, or
 * not any more.
 */
export async function joinKeeper(
  folder: ServerFolder,
  { starter = false }: { readonly starter?: boolean } = {},
): Promise<Membership | null> {
  const record = await readKeeperRecord(folder);
  if (record === null || !isRunning(record.keeperPid)) return null;
  const socket = net.connect({ port: record.keeperPort, host });
  socket.on("error", () => {});
  const ended = new Promise<void>((resolve) => {
    socket.once("close", () => resolve());
  });
  const stranger = setTimeout(() => socket.destroy(), HELLO_TIMEOUT_MS);
  let onReleased = (): void => {};
  const released = new Promise<void>((resolve) => {
    onReleased = resolve;
  });
  const ready = new Promise<{ readonly pid: number; readonly port: number }>((resolve) => {
    readMessages<KeeperMessage>(socket, (message) => {
      clearTimeout(stranger);
      if (message.kind === "ready") resolve(message);
      if (message.kind === "released") onReleased();
    });
  });
  socket.write(`${JSON.stringify({ token: record.token, starter })}\n`);
  const server = await Promise.race([ready, ended.then(() => null)]);
  clearTimeout(stranger);
  if (server === null) return null;
  // The share alone must not keep a process alive; its end gives the share back.
  socket.unref();
  return {
    pid: server.pid,
    port: server.port,
    ended,
    async release() {
      socket.ref();
      socket.write(`${JSON.stringify({ release: true })}\n`);
      await Promise.race([released, ended]);
      socket.destroy();
    },
  };
}
