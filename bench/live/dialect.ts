import {
  type ClientMessages,
  SYNC_PATH,
  SYNC_PROTOCOL,
  type ServerMessage,
} from "../../protocol/sync.js";
import type { Watched } from "./watchers.js";

/** How a client asks to be told, and is told. */
export interface Dialect {
  readonly path: string;
  readonly protocols: readonly string[];
  /** What is sent when the connection is open. */
  connect(
    clientId: string,
    queries: readonly Watched[],
    hashes: ReadonlyMap<number, string>,
  ): string[];
  /** Of a message while not all is there yet: what to send next, and which queries it answers. */
  read(text: string, queries: readonly Watched[]): Progress;
}

export interface Progress {
  readonly send?: readonly string[];
  readonly answered?: readonly { readonly id: number; readonly hash?: string }[];
}

export type DialectName = keyof typeof dialects;

const convoy: Dialect = {
  path: SYNC_PATH,
  protocols: [SYNC_PROTOCOL],
  connect(clientId, queries, hashes) {
    const watched = queries.map(({ name, args }, id) => {
      const hash = hashes.get(id);
      return { id, name, args, ...(hash !== undefined && { hash }) };
    });
    const messages: ClientMessages = [
      { type: "connect", clientId },
      { type: "watch", queries: watched },
    ];
    return [JSON.stringify(messages)];
  },
  read(text) {
    const message = JSON.parse(text) as ServerMessage;
    if (message.type === "refused") throw new Error(message.problem.detail);
    if (message.type !== "transition") return {};
    for (const { error } of message.changes) if (error !== undefined) throw new Error(error.detail);
    return {
      answered: message.changes.map(({ id, hash }) => ({
        id,
        ...(hash !== undefined && { hash }),
      })),
    };
  },
};

/** Of Parse Server's LiveQuery, which tells of documents and never sends a result. */
const parse: Dialect = {
  path: "/",
  protocols: [],
  connect: () => [JSON.stringify({ op: "connect", applicationId: "bench" })],
  read(text, queries) {
    const message = JSON.parse(text) as { readonly op: string; readonly requestId?: number };
    if (message.op === "error") throw new Error(text);
    if (message.op === "subscribed") return { answered: [{ id: Number(message.requestId) }] };
    if (message.op !== "connected") return {};
    return {
      send: queries.map(({ args }, requestId) =>
        JSON.stringify({
          op: "subscribe",
          requestId,
          query: { className: "Project", where: args },
        }),
      ),
    };
  },
};

export const dialects: Readonly<Record<"convoy" | "parse", Dialect>> = { convoy, parse };
