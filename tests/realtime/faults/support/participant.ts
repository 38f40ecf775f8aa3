import { isDeepStrictEqual } from "node:util";
import { WebSocket } from "ws";
import { CLIENT_ID_HEADER, MUTATION_ID_HEADER } from "../../../../protocol/http.js";
import {
  type ServerMessage,
  SYNC_PATH,
  SYNC_PROTOCOL,
  type Transition,
} from "../../../../protocol/sync.js";
import type { WireJson } from "../../../../protocol/wire-value.js";
import { applyChange, type Shown } from "../../support/sync-client.js";
import { breathe, eventually } from "./eventually.js";
import { checkShown, type Marks, marksOf, watchedBy } from "./marks-shown.js";

export interface ParticipantOptions {
  readonly id: string;
  readonly url: string;
  /** After so long without an answer, it asks again on another connection. */
  readonly patienceMs?: number;
}

/**
 * A client such as an application has: its mutations are sent one after the other, each until it is
 * acknowledged, and what it watches is watched again wherever it can be reached. All that it is shown
 * is checked.
 */
export class Participant implements AsyncDisposable {
  readonly id: string;
  readonly #patienceMs: number;
  readonly #shown = new Map<number, Shown>();
  readonly #watching: Promise<void>;
  #url: string;
  #webSocket: WebSocket | null = null;
  /** The connection on which it has said who it is, before which a server takes nothing else. */
  #greeted: WebSocket | null = null;
  #acknowledged = 0;
  /** The last mutation that this session has said to be in what is shown. */
  #told = 0;
  #last: Marks | null = null;
  #violation: Error | null = null;
  #sessions = 0;
  #resends = 0;
  #isOver = false;

  constructor({ id, url, patienceMs = 5_000 }: ParticipantOptions) {
    this.id = id;
    this.#url = url;
    this.#patienceMs = patienceMs;
    this.#watching = this.#watch();
  }

  get acknowledged(): number {
    return this.#acknowledged;
  }

  get sessions(): number {
    return this.#sessions;
  }

  get resends(): number {
    return this.#resends;
  }

  /** What is on its screen; `null` before the first transition. */
  get marks(): Marks | null {
    if (this.#violation !== null) throw this.#violation;
    return this.#last;
  }

  /** Makes the next mark; it is known to be made when this resolves. */
  async add(): Promise<void> {
    const n = this.#acknowledged + 1;
    while (!(await this.#send(n))) {
      this.#resends += 1;
      await breathe();
    }
    this.#acknowledged = n;
    if (this.#told < n) this.#say({ type: "settle", mutation: n });
  }

  /** Makes a mark, and waits until it is shown, as an application awaits a mutation. */
  async addAndSee(): Promise<void> {
    await this.add();
    const n = this.#acknowledged;
    await eventually(`${this.id} is shown its mark ${n}`, () => {
      const { marks } = this;
      return this.#told >= n && marks !== null && marks.own.length >= n;
    });
  }

  /** From now on it uses another server. */
  move(url: string): void {
    this.#url = url;
    this.drop();
  }

  /** Its connection is lost. */
  drop(): void {
    this.#webSocket?.terminate();
  }

  /** Shows what a query gives that is run now. */
  async isUpToDate(): Promise<boolean> {
    const { marks } = this;
    const fresh = new Map<number, Shown>();
    for (const { id, name, args } of watchedBy(this.id)) {
      const answer = await this.#call("query", name, args);
      if (answer?.status !== 200) return false;
      fresh.set(id, (await answer.json()) as Shown);
    }
    return marks !== null && isDeepStrictEqual(marks, marksOf(fresh));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    this.#webSocket?.terminate();
    await this.#watching;
  }

  /** @returns whether it was acknowledged. */
  async #send(n: number): Promise<boolean> {
    const headers = { [CLIENT_ID_HEADER]: this.id, [MUTATION_ID_HEADER]: String(n) };
    const answer = await this.#call("mutation", "marks.add", { client: this.id, n }, headers);
    if (answer === null || answer.status === 200) return answer !== null;
    const problem = (await answer.json()) as { readonly code: string; readonly retryable: boolean };
    // A fault is no reason for a client to give up.
    if (!problem.retryable) this.#violate(`was told ${problem.code} for mutation ${n}`);
    if (this.#violation !== null) throw this.#violation;
    return false;
  }

  /** @returns `null` where there was no answer, or only a part of one. */
  async #call(
    kind: string,
    name: string,
    args: WireJson,
    headers: Record<string, string> = {},
  ): Promise<Response | null> {
    try {
      const response = await fetch(`${this.#url}/api/${kind}/${name}`, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: JSON.stringify(args),
        signal: AbortSignal.timeout(this.#patienceMs),
      });
      const { status } = response;
      return new Response(await response.text(), { status });
    } catch {
      return null;
    }
  }

  async #watch(): Promise<void> {
    while (!this.#isOver) {
      await this.#session();
      if (!this.#isOver) await breathe();
    }
  }

  /** One connection, from its beginning to its end. */
  #session(): Promise<void> {
    return new Promise((resolve) => {
      const url = `${this.#url.replace("http", "ws")}${SYNC_PATH}`;
      const webSocket = new WebSocket(url, SYNC_PROTOCOL);
      this.#webSocket = webSocket;
      this.#told = 0;
      // A connection on which nothing comes is none.
      const impatient = setTimeout(() => webSocket.terminate(), this.#patienceMs);
      webSocket.on("message", (data) => {
        impatient.refresh();
        const message = JSON.parse((data as Buffer).toString("utf8")) as ServerMessage;
        if (message.type === "connected") this.#greet(webSocket);
        else if (message.type === "transition") this.#take(message);
        else if (message.type === "refused") this.#violate(`was refused: ${message.problem.code}`);
      });
      webSocket.on("pong", () => impatient.refresh());
      const asking = setInterval(() => {
        if (webSocket.readyState === WebSocket.OPEN) webSocket.ping();
      }, this.#patienceMs / 3);
      webSocket.on("error", () => {});
      webSocket.on("close", () => {
        clearTimeout(impatient);
        clearInterval(asking);
        resolve();
      });
    });
  }

  #greet(webSocket: WebSocket): void {
    this.#sessions += 1;
    this.#greeted = webSocket;
    const queries = watchedBy(this.id).map((query) => {
      const hash = this.#shown.get(query.id)?.hash;
      return hash === undefined ? query : { ...query, hash };
    });
    this.#say(
      { type: "connect", clientId: this.id },
      { type: "watch", queries },
      { type: "settle", mutation: this.#acknowledged },
    );
  }

  #say(...messages: readonly object[]): void {
    if (this.#greeted?.readyState !== WebSocket.OPEN) return;
    this.#greeted.send(JSON.stringify(messages));
  }

  #take({ changes, mutation }: Transition): void {
    for (const change of changes) {
      this.#shown.set(change.id, applyChange(this.#shown.get(change.id), change));
    }
    this.#told = mutation ?? this.#told;
    const problem = checkShown(this.#shown, this.#last, this.#told);
    if (problem !== null) this.#violate(problem);
    this.#last = marksOf(this.#shown);
  }

  #violate(problem: string): void {
    this.#violation ??= new Error(`${this.id} ${problem}`);
  }
}
