import type { Readable } from "node:stream";
import type { ServerUser } from "./server-user.js";

/** What a keeper is started with. */
export interface KeeperConfig {
  readonly folder: string;
  readonly postgres: string;
  readonly pgCtl: string;
  readonly user: ServerUser | null;
  readonly port: number;
  readonly settings: Readonly<Record<string, string>>;
  /** The number that a stale `postmaster.pid` holds and another program has now. */
  readonly stalePid: number | null;
  /** A running server whose keeper is gone. */
  readonly adopt: number | null;
}

/** What `keeper.json` holds. */
export interface KeeperRecord {
  readonly keeperPid: number;
  readonly keeperPort: number;
  /** Proves that who connects may read the folder. */
  readonly token: string;
  readonly postmasterPid: number;
}

/** What the keeper tells the process that started it, once. */
export type StartReport =
  | { readonly kind: "ready" }
  | { readonly kind: "failed"; readonly log: string };

/** What an owner says. Its first message must be the token; it leaves by closing the connection. */
export type OwnerMessage =
  /** `starter`: it is the process that has started the keeper. */
  { readonly token: string; readonly starter: boolean } | { readonly release: true };

/** What the keeper answers. */
export type KeeperMessage =
  | { readonly kind: "hello" }
  | { readonly kind: "ready"; readonly pid: number; readonly port: number }
  /** The last owner has left: wait for the end of the connection, then start anew. */
  | { readonly kind: "stopping" }
  /** In answer to a release: the server goes on for others, or it has stopped. */
  | { readonly kind: "released" };

/** Longer lines are none of ours. */
const MAX_LINE_LENGTH = 64 * 1024;

/** Calls back for each message, one a line. What is no message ends the stream. */
export function readMessages<Message>(
  stream: Readable,
  onMessage: (message: Message) => void,
): void {
  let rest = "";
  stream.setEncoding("utf8").on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    try {
      if (rest.length > MAX_LINE_LENGTH) throw new Error("The line is too long.");
      for (const line of lines) onMessage(JSON.parse(line) as Message);
    } catch {
      stream.destroy();
    }
  });
}
