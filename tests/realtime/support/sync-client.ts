import { once } from "node:events";
import { WebSocket } from "ws";
import {
  type ClientMessage,
  type ListDelta,
  type QueryChange,
  type ServerMessage,
  SYNC_PATH,
  SYNC_PROTOCOL,
  type Transition,
} from "../../../protocol/sync.js";
import type { WireJson } from "../../../protocol/wire-value.js";

/** What a client shows of one query. */
export interface Shown {
  readonly value?: WireJson;
  readonly error?: string;
  readonly hash?: string;
}

/** A client that speaks the protocol and does nothing else: what it was sent is what it has. */
export interface SyncClient extends AsyncDisposable {
  readonly session: string;
  readonly transitions: readonly Transition[];
  /** By the ids of watches. */
  readonly shown: ReadonlyMap<number, Shown>;
  /** What was shown after each transition. */
  readonly history: readonly ReadonlyMap<number, Shown>[];
  /** The last mutation that is in what is shown. */
  readonly mutation: number;
  send(...messages: readonly ClientMessage[]): void;
  watch(id: number, name: string, args?: WireJson, hash?: string): void;
  /** Resolves after the first transition from now on, or one of before, that makes it true. */
  until(holds: (client: SyncClient) => boolean): Promise<void>;
  /** Resolves when all that was written before is shown. */
  settled(): Promise<void>;
  /** How the connection ended. */
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  /** What the server said before it closed the connection. */
  readonly refusal: string | null;
  readonly webSocket: WebSocket;
}

let clients = 0;

export async function syncClient(
  url: string,
  clientId: string | null = `client-${process.pid}-${clients++}`,
  headers: Record<string, string> = {},
): Promise<SyncClient> {
  const webSocket = new WebSocket(`${url.replace("http", "ws")}${SYNC_PATH}`, SYNC_PROTOCOL, {
    headers,
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    webSocket.once("close", (code, reason) => resolve({ code, reason: reason.toString() }));
  });
  const waiting = new Set<() => void>();
  const shown = new Map<number, Shown>();
  const history: ReadonlyMap<number, Shown>[] = [];
  const transitions: Transition[] = [];
  let session = "";
  let mutation = 0;
  let settles = 1_000_000;
  let refusal: string | null = null;
  const connected = new Promise<void>((resolve) => {
    webSocket.on("message", (data) => {
      const message = JSON.parse((data as Buffer).toString("utf8")) as ServerMessage;
      if (message.type === "connected") {
        session = message.session;
        resolve();
      }
      if (message.type === "refused") refusal = message.problem.code;
      if (message.type !== "transition") return;
      transitions.push(message);
      mutation = message.mutation ?? mutation;
      for (const change of message.changes) {
        shown.set(change.id, applyChange(shown.get(change.id), change));
      }
      history.push(new Map(shown));
      for (const check of waiting) check();
    });
  });
  await Promise.race([once(webSocket, "open"), closed]);
  if (webSocket.readyState === WebSocket.OPEN) await Promise.race([connected, closed]);
  const client: SyncClient = {
    get session() {
      return session;
    },
    get mutation() {
      return mutation;
    },
    get refusal() {
      return refusal;
    },
    transitions,
    shown,
    history,
    closed,
    webSocket,
    send: (...messages) => webSocket.send(JSON.stringify(messages)),
    watch(id, name, args = {}, hash) {
      const query = { id, name, args, ...(hash !== undefined && { hash }) };
      client.send({ type: "watch", queries: [query] });
    },
    until(holds) {
      return new Promise((resolve) => {
        const check = (): void => {
          if (!holds(client)) return;
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
        check();
      });
    },
    async settled() {
      const wanted = ++settles;
      client.send({ type: "settle", mutation: wanted });
      await client.until(() => mutation >= wanted);
    },
    async [Symbol.asyncDispose]() {
      webSocket.close();
      await closed;
    },
  };
  if (clientId !== null && webSocket.readyState === WebSocket.OPEN) {
    client.send({ type: "connect", clientId });
  }
  return client;
}

/** What a client shows of a query after a change, given what it showed before. */
export function applyChange(before: Shown | undefined, change: QueryChange): Shown {
  const hash = change.hash === undefined ? {} : { hash: change.hash };
  if (change.error !== undefined) return { error: change.error.code };
  if (change.value !== undefined) return { value: change.value, ...hash };
  if (change.delta === undefined) return { ...before, ...hash };
  const old = before?.value as readonly WireJson[];
  return { value: applyDelta(old, change.delta), ...hash };
}

function applyDelta(old: readonly WireJson[], delta: ListDelta): readonly WireJson[] {
  return delta.flatMap((part): readonly WireJson[] => {
    if (!Array.isArray(part)) return [part];
    const [start, count] = part as readonly [number, number];
    if (start < 0 || count < 1 || start + count > old.length) throw new Error("no such elements");
    return old.slice(start, start + count);
  });
}
