import { type ConvoyClient, createConvoyClient, type Fetch } from "../../../client/index.js";
import { decodeWire, encodeWire } from "../../../protocol/wire-value.js";
import { type FakeClock, fakeClock, quiet } from "./fake-clock.js";
import { FakeLiveServer } from "./fake-live-server.js";

/** A request that has been sent, and is answered by the test. */
export interface FakeRequest {
  /** `query projects.list`. */
  readonly call: string;
  readonly args: unknown;
  readonly headers: Readonly<Record<string, string>>;
  readonly isAborted: boolean;
  answer(value: unknown): Promise<void>;
  refuse(
    code: string,
    more?: { readonly status?: number; readonly retryable?: boolean },
  ): Promise<void>;
  /** Cuts the connection: nobody knows whether the server has seen the request. */
  lose(): Promise<void>;
}

export interface FakeServer {
  readonly client: ConvoyClient;
  readonly clock: FakeClock;
  /** Answers what is watched. */
  readonly live: FakeLiveServer;
  /** As if there was a network again, or somebody looked at the page again. */
  wake(why: "online" | "visible"): Promise<void>;
  /** All calls that have been sent, answered or not. */
  readonly requests: readonly FakeRequest[];
  /** The oldest request that nobody has taken yet. */
  next(): FakeRequest;
}

export interface FakeServerOptions {
  /** Without a WebSocket. */
  readonly isStream?: boolean;
}

/** A client whose requests the test answers, and whose clock it holds. */
export function fakeServer({ isStream = false }: FakeServerOptions = {}): FakeServer {
  const requests: FakeRequest[] = [];
  const clock = fakeClock();
  const live = new FakeLiveServer();
  const wakers = new Set<(why: "online" | "visible") => void>();
  let taken = 0;
  const fetch: Fetch = (url, init) =>
    new Promise((resolve, reject) => {
      const { headers, body = "", signal } = init;
      if (url.includes("/api/sync")) {
        live.fetch(url, init).then(resolve, reject);
        return;
      }
      signal.addEventListener("abort", () => reject(signal.reason as Error));
      const respond = async (status: number, json: unknown): Promise<void> => {
        const text = async (): Promise<string> => JSON.stringify(json);
        resolve({ ok: status < 400, status, text });
        await quiet();
      };
      const [kind, name] = new URL(url).pathname.split("/").slice(2);
      requests.push({
        call: `${kind} ${name}`,
        args: decodeWire(JSON.parse(body)),
        headers,
        get isAborted() {
          return signal.aborted;
        },
        answer: (value) => respond(200, { value: encodeWire(value) }),
        refuse: (code, { status = 400, retryable = false } = {}) =>
          respond(status, { code, detail: `Refused: ${code}.`, status, retryable }),
        async lose() {
          reject(new TypeError("fetch failed"));
          await quiet();
        },
      });
    });
  const client = createConvoyClient({
    url: "http://server.test",
    fetch,
    WebSocket: isStream ? null : live.WebSocket,
    onWake(wake) {
      wakers.add(wake);
      return () => wakers.delete(wake);
    },
    ...clock,
    random: () => 0,
  });
  return {
    client,
    clock,
    live,
    requests,
    async wake(why) {
      for (const call of wakers) call(why);
      await quiet();
    },
    next() {
      const request = requests[taken++];
      if (request === undefined) throw new Error(`Only ${requests.length} requests were sent.`);
      return request;
    },
  };
}
