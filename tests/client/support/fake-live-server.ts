import type { ClientWebSocket, Fetch, FunctionReference } from "../../../client/index.js";
import { encodeArgs } from "../../../client/store/query-description.js";
import { getFunctionName } from "../../../protocol/function-reference.js";
import type {
  ClientMessages,
  ListDelta,
  QueryChange,
  ServerMessage,
  WatchedQueryMessage,
} from "../../../protocol/sync.js";
import { decodeWire, encodeWire, type WireJson } from "../../../protocol/wire-value.js";
import { quiet } from "./fake-clock.js";

/** A result, or the code of an error. */
type FakeResult =
  | { readonly value: WireJson; readonly hash: string }
  | { readonly code: string; readonly hash?: undefined };

interface Watch {
  readonly message: WatchedQueryMessage;
  sent: FakeResult | null;
}

interface SessionEvents {
  readonly isLagging: () => boolean;
  readonly received: (messages: ClientMessages) => void;
  readonly ended: () => void;
}

/**
 * A server of live queries in memory. What its queries give is what the test has set; who watches
 * one that has not been set waits. While it is not paused, it tells of all that is new at once.
 */
export class FakeLiveServer {
  readonly #results = new Map<string, FakeResult>();
  readonly #functions = new Map<string, (args: unknown) => unknown>();
  /** Those that are open now. */
  readonly sessions: FakeSession[] = [];
  /** All that were ever opened or tried: `socket` or `stream`. */
  readonly tries: string[] = [];
  /** All that clients have sent, in order. */
  readonly received: ClientMessages[number][] = [];
  /** Where clients may connect: a server that is away, a proxy that lets only streams through. */
  reach: "all" | "streams" | "none" = "all";
  isPaused = false;
  /** What clients send is under way until `deliver`. */
  isLagging = false;
  /** Of the queries that a session has had no result of, how many a tick answers. */
  newPerTick: number = Number.POSITIVE_INFINITY;
  #isDue = false;
  #lastSession = 0;

  /** The class that a client is given. */
  readonly WebSocket: new (
    url: string,
    protocol: string,
  ) => ClientWebSocket;

  constructor() {
    const connect = (session: FakeSession): boolean => this.#connect(session, "socket");
    this.WebSocket = class {
      readonly #listeners = new Map<string, (event: unknown) => void>();
      readonly #session: FakeSession;

      constructor(url: string, protocol: string) {
        if (!/^ws:.*\/api\/sync$/.test(url) || protocol !== "convoy-sync-1") throw new Error(url);
        const emit = (type: string, event: unknown): void => this.#listeners.get(type)?.(event);
        this.#session = new FakeSession(
          (data) => emit("message", { data }),
          (code) => emit("close", { code }),
        );
        queueMicrotask(() => {
          if (!connect(this.#session)) return emit("close", { code: 1006 });
          emit("open", {});
          this.#session.connected();
        });
      }

      addEventListener(type: string, listener: (event: unknown) => void): void {
        this.#listeners.set(type, listener);
      }

      send(text: string): void {
        this.#session.receive(text);
      }

      close(): void {
        this.#session.hangUp();
      }
    };
  }

  /** What a query gives from now on. */
  set<Reference extends FunctionReference<"query">>(
    reference: Reference,
    args: Reference["~args"],
    value: Reference["~result"],
  ): void {
    this.#set(reference, args, resultOf(value));
  }

  /** A query whose results a function makes, when there is a tick. */
  serve<Reference extends FunctionReference<"query">>(
    reference: Reference,
    run: (args: Reference["~args"]) => Reference["~result"],
  ): void {
    this.#functions.set(getFunctionName(reference), run);
  }

  fail(reference: FunctionReference<"query">, args: unknown, code: string): void {
    this.#set(reference, args, { code });
  }

  /** Sets a result, and lets everybody see it. */
  async show<Reference extends FunctionReference<"query">>(
    reference: Reference,
    args: Reference["~args"],
    value: Reference["~result"],
  ): Promise<void> {
    this.set(reference, args, value);
    await quiet();
  }

  /** All sessions learn what is new, each in one transition. */
  tick(): void {
    for (const session of this.sessions.slice()) {
      let left = this.newPerTick;
      const changes = [...session.watches].flatMap(([id, watch]): QueryChange[] => {
        const { name, args, hash } = watch.message;
        const result = this.#results.get(keyOf(name, args)) ?? this.#run(name, args);
        const isOld = result?.hash !== undefined && result.hash === watch.sent?.hash;
        if (result === undefined || result === watch.sent || isOld) return [];
        if (watch.sent === null && left-- <= 0) return [];
        const change = describe(id, watch.sent, result, hash);
        watch.sent = result;
        return [change];
      });
      const isTold = session.settled <= session.told;
      if (changes.length === 0 && isTold) continue;
      session.told = session.settled;
      const mutation = isTold ? {} : { mutation: session.settled };
      session.emit({ type: "transition", ...mutation, changes });
    }
  }

  /** What clients have sent arrives. */
  deliver(): void {
    for (const session of this.sessions.slice()) session.deliver();
  }

  /** Ends all connections. */
  cut(code = 1006): void {
    for (const session of this.sessions.slice()) session.end(code);
  }

  /** Serves `/api/sync` to clients that have no WebSocket. */
  readonly fetch: Fetch = async (url, { method, body = "", signal }) => {
    if (method === "POST") {
      const id = new URL(url).searchParams.get("session");
      const session = this.sessions.find((open) => open.id === id);
      session?.receive(body);
      const isThere = session !== undefined;
      return { ok: isThere, status: isThere ? 204 : 404, text: async () => "" };
    }
    const chunks: Array<Uint8Array | null> = [];
    let wake: () => void = () => {};
    const push = (chunk: string | null): void => {
      chunks.push(chunk === null ? null : new TextEncoder().encode(chunk));
      wake();
    };
    const session = new FakeSession(
      // In two parts, as a network may deliver it.
      (text) => {
        push(`data: ${text.slice(0, 9)}`);
        push(`${text.slice(9)}\n\n`);
      },
      () => push(null),
      push,
    );
    if (!this.#connect(session, "stream")) throw new TypeError("fetch failed");
    signal.addEventListener("abort", () => session.hangUp());
    push(":\n\n");
    session.connected();
    const read = async (): Promise<{ done: boolean; value?: Uint8Array }> => {
      while (chunks.length === 0) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      const value = chunks.shift();
      return value ? { done: false, value } : { done: true };
    };
    const reader = { read };
    return { ok: true, status: 200, text: async () => "", body: { getReader: () => reader } };
  };

  #connect(session: FakeSession, kind: "socket" | "stream"): boolean {
    this.tries.push(kind);
    if (session.isOver || this.reach === "none") return false;
    if (kind === "socket" && this.reach === "streams") return false;
    session.begin(`s${++this.#lastSession}`, {
      isLagging: () => this.isLagging,
      received: (messages) => {
        this.received.push(...messages);
        this.#schedule();
      },
      ended: () => this.sessions.splice(this.sessions.indexOf(session), 1),
    });
    this.sessions.push(session);
    return true;
  }

  #run(name: string, args: WireJson): FakeResult | undefined {
    const run = this.#functions.get(name);
    return run && resultOf(run(decodeWire(args)));
  }

  #set(reference: FunctionReference, args: unknown, result: FakeResult): void {
    const key = keyOf(getFunctionName(reference), encodeWire(args));
    const before = this.#results.get(key);
    if (before?.hash !== undefined && before.hash === result.hash) return;
    this.#results.set(key, result);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isDue || this.isPaused) return;
    this.#isDue = true;
    queueMicrotask(() => {
      this.#isDue = false;
      this.tick();
    });
  }
}

/** One connection, as the server sees it. */
export class FakeSession {
  readonly watches: Map<number, Watch> = new Map();
  readonly #deliver: (text: string) => void;
  readonly #close: (code: number) => void;
  readonly #push: (chunk: string) => void;
  readonly #underWay: string[] = [];
  #server: SessionEvents | null = null;
  id = "";
  clientId: string | null = null;
  settled = 0;
  told = 0;
  isOver = false;

  constructor(
    deliver: (text: string) => void,
    close: (code: number) => void,
    push: (chunk: string) => void = () => {},
  ) {
    this.#deliver = deliver;
    this.#close = close;
    this.#push = push;
  }

  begin(id: string, server: SessionEvents): void {
    this.id = id;
    this.#server = server;
  }

  connected(): void {
    this.emit({ type: "connected", session: this.id });
  }

  emit(message: ServerMessage): void {
    this.emitText(JSON.stringify(message));
  }

  emitText(text: string): void {
    if (!this.isOver) this.#deliver(text);
  }

  /** A part of an event, of a stream alone. */
  emitBytes(chunk: string): void {
    this.#push(chunk);
  }

  receive(text: string): void {
    this.#underWay.push(text);
    if (!this.#server?.isLagging()) this.deliver();
  }

  deliver(): void {
    for (const text of this.#underWay.splice(0)) this.#receive(text);
  }

  #receive(text: string): void {
    if (this.isOver) return;
    const messages = JSON.parse(text) as ClientMessages;
    for (const message of messages) {
      if ((message.type === "connect") !== (this.clientId === null)) throw new Error(text);
      if (message.type === "connect") this.clientId = message.clientId;
      else if (message.type === "settle") this.settled = Math.max(this.settled, message.mutation);
      else if (message.type === "unwatch") for (const id of message.ids) this.watches.delete(id);
      else {
        for (const query of message.queries) {
          if (this.watches.has(query.id)) throw new Error(`Watched twice: ${text}`);
          this.watches.set(query.id, { message: query, sent: null });
        }
      }
    }
    this.#server?.received(messages);
  }

  /** The server, or something on the way, ends the connection. */
  end(code = 1006): void {
    if (this.isOver) return;
    this.hangUp();
    this.#close(code);
  }

  /** The client ends the connection. */
  hangUp(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.#server?.ended();
  }
}

function resultOf(result: unknown): FakeResult {
  const value = encodeWire(result);
  return { value, hash: `h${JSON.stringify(value)}` };
}

function keyOf(name: string, args: unknown): string {
  return `${name}(${encodeArgs(args)})`;
}

function describe(
  id: number,
  sent: FakeResult | null,
  result: FakeResult,
  known: string | undefined,
): QueryChange {
  if (!("value" in result)) {
    const { code } = result;
    const detail = `Failed: ${code}.`;
    return {
      id,
      error: { type: "", title: "", status: 400, code, detail, retryable: false },
    };
  }
  const { value, hash } = result;
  if (sent === null && known === hash) return { id, hash };
  const delta = sent !== null && "value" in sent ? deltaOf(sent.value, value) : null;
  return delta === null ? { id, value, hash } : { id, delta, hash };
}

/** Where both are lists of documents: what of the new one was in the old one. */
function deltaOf(before: WireJson, after: WireJson): ListDelta | null {
  const isList = (list: WireJson): list is readonly { _id: string }[] =>
    Array.isArray(list) && list.every((element) => element?._id !== undefined);
  if (!isList(before) || !isList(after)) return null;
  const old = before.map((element) => JSON.stringify(element));
  return after.map((element) => {
    const index = old.indexOf(JSON.stringify(element));
    return index < 0 ? element : ([index, 1] as const);
  });
}
