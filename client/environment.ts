/** The part of `fetch` that a client uses. */
export type Fetch = (
  url: string,
  init: {
    readonly method: string;
    readonly headers: Record<string, string>;
    readonly body?: string;
    readonly signal: AbortSignal;
  },
) => Promise<{
  readonly ok: boolean;
  readonly status: number;
  text(): Promise<string>;
  /** What arrives bit by bit: live queries read it where there is no WebSocket. */
  readonly body?: {
    getReader(): {
      read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>;
    };
  } | null;
}>;

/** The part of a WebSocket that a client uses. */
export interface ClientWebSocket {
  addEventListener(
    type: "open" | "message" | "close" | "error",
    // oxlint-disable-next-line typescript/no-explicit-any -- each type has its own event, and each implementation its own classes
    listener: (event: any) => void,
  ): void;
  send(text: string): void;
  close(): void;
}

export type WebSocketClass = new (url: string, protocol: string) => ClientWebSocket;

/** What a client takes from the world around it: tests hand in their own. */
export interface ClientEnvironment {
  readonly fetch: Fetch;
  /** Null where there is none: live queries then go over `fetch` alone. */
  readonly WebSocket: WebSocketClass | null;
  /**
   * Calls `wake` when connections are worth another try, until the returned function is called:
   * because there is a network again, or because somebody looks at the page again.
   */
  readonly onWake: (wake: (why: "online" | "visible") => void) => () => void;
  readonly setTimeout: (callback: () => void, ms: number) => unknown;
  readonly clearTimeout: (timer: unknown) => void;
  /** The time in ms. */
  readonly now: () => number;
  /** A number from 0 up to, but not including, 1. */
  readonly random: () => number;
}

/** What there is around the client: all of it in a page, nothing of it in Node 20. */
interface Surroundings {
  readonly WebSocket?: WebSocketClass;
  readonly document?: EventSource & { readonly visibilityState: string };
  readonly addEventListener?: EventSource["addEventListener"];
  readonly removeEventListener?: EventSource["removeEventListener"];
}

interface EventSource {
  addEventListener(type: string, listener: () => void): void;
  removeEventListener(type: string, listener: () => void): void;
}

// Looked up at each use: tools replace what is global after this module has loaded.
const around = globalThis as unknown as Surroundings;

export const defaultEnvironment: ClientEnvironment = {
  fetch: (url, init) => globalThis.fetch(url, init),
  get WebSocket() {
    return around.WebSocket ?? null;
  },
  onWake(wake) {
    const { document } = around;
    const online = (): void => wake("online");
    const look = (): void => {
      if (document?.visibilityState === "visible") wake("visible");
    };
    around.addEventListener?.("online", online);
    document?.addEventListener("visibilitychange", look);
    return () => {
      around.removeEventListener?.("online", online);
      document?.removeEventListener("visibilitychange", look);
    };
  },
  setTimeout: (callback, ms) => globalThis.setTimeout(callback, ms),
  clearTimeout: (timer) => globalThis.clearTimeout(timer as number),
  now: () => Date.now(),
  random: () => Math.random(),
};
