import type { ProblemBody } from "../../../protocol/http.js";
import type { QueryChange, ServerMessage, Transition } from "../../../protocol/sync.js";
import type { Watch } from "../query/live-query.js";
import type { Result } from "../query/result.js";
import type { ResultTexts } from "../query/result-texts.js";

/** Where a session's messages go: a WebSocket, or a stream of events. */
export interface Outlet {
  /** @param onSent called when the message has left for the network. */
  send(text: string, onSent: () => void): void;
  /** @param code of a WebSocket's end. */
  close(code: number, reason: string): void;
}

/** Transitions of a session that are on their way; the next ones become one, of the state by then. */
const MAX_UNSENT = 2;

/**
 * What one client watches, and what it has been sent of it. A transition takes a client from one
 * snapshot to a later one: it is made between two ticks, when all results are of the same snapshot.
 */
export class LiveSession {
  readonly id: string;
  readonly #outlet: Outlet;
  readonly #texts: ResultTexts;
  readonly #watches = new Map<number, Watch>();
  /** Added since the last tick began. Their results are to be no older than that. */
  readonly #added = new Set<Watch>();
  /** Added before the tick that runs began. */
  readonly #joining = new Set<Watch>();
  readonly #changed = new Set<Watch>();
  /** The client's mutations up to this one have committed. */
  #settled = 0;
  /** The same at the beginning of the tick that runs. */
  #joiningMutation = 0;
  /** The last mutation whose effect is in the results. */
  #included = 0;
  /** The last one that the client has been told of. */
  #told = 0;
  #unsent = 0;
  #watchedLength = 0;
  #refusedLength = 0;
  #isClosed = false;
  clientId: string | null = null;

  constructor(id: string, outlet: Outlet, texts: ResultTexts) {
    this.id = id;
    this.#outlet = outlet;
    this.#texts = texts;
  }

  get watches(): ReadonlyMap<number, Watch> {
    return this.#watches;
  }

  /** Letters of all names and arguments that are watched. */
  get watchedLength(): number {
    return this.#watchedLength;
  }

  /** Letters that are on their way of what was said to be refused. */
  get refusedLength(): number {
    return this.#refusedLength;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  addWatch(watch: Watch): void {
    this.#watches.set(watch.id, watch);
    this.#watchedLength += watch.query.key.length;
    this.#added.add(watch);
  }

  deleteWatch(id: number): Watch | undefined {
    const watch = this.#watches.get(id);
    if (watch === undefined) return undefined;
    this.#watches.delete(id);
    this.#watchedLength -= watch.query.key.length;
    for (const watches of [this.#added, this.#joining, this.#changed]) watches.delete(watch);
    return watch;
  }

  /** The query of a watch has another result. */
  noteChange(watch: Watch): void {
    if (watch.hasJoined) this.#changed.add(watch);
  }

  /** Whether the next tick has something to tell, even if nothing changes. */
  get isWaiting(): boolean {
    return this.#added.size > 0 || this.#settled > this.#included;
  }

  /** A mutation has committed. @returns whether the client is to be told. */
  settle(mutation: number): boolean {
    if (mutation <= this.#settled) return false;
    this.#settled = mutation;
    return true;
  }

  /** A tick begins: what has committed by now is in its snapshot. */
  beginTick(): void {
    this.#joiningMutation = this.#settled;
    for (const watch of this.#added) this.#joining.add(watch);
    this.#added.clear();
  }

  /** The tick has ended, and all results are of its snapshot. */
  endTick(): void {
    this.#included = this.#joiningMutation;
    for (const watch of this.#joining) {
      watch.hasJoined = true;
      this.#changed.add(watch);
    }
    this.#joining.clear();
    this.flush();
  }

  /** Sends what has changed since the last transition, unless too much is on its way already. */
  flush(): void {
    if (this.#isClosed || this.#unsent >= MAX_UNSENT) return;
    const changes: string[] = [];
    for (const watch of this.#changed) {
      const { result } = watch.query;
      const change = result && describeChange(watch, result, this.#texts);
      if (change !== null) changes.push(change);
    }
    this.#changed.clear();
    const hasMutation = this.#included > this.#told;
    if (changes.length === 0 && !hasMutation) return;
    this.#told = this.#included;
    const mutation = hasMutation ? `"mutation":${this.#included},` : "";
    this.#send(`{"type":"transition",${mutation}"changes":[${changes.join(",")}]}`, true);
  }

  tell(message: ServerMessage): void {
    if (!this.#isClosed) this.#send(JSON.stringify(message), false);
  }

  /** Says of queries that they are not watched, and why. */
  refuseWatches(changes: readonly QueryChange[]): void {
    if (this.#isClosed) return;
    const text = JSON.stringify({ type: "transition", changes } satisfies Transition);
    this.#refusedLength += text.length;
    this.#outlet.send(text, () => {
      this.#refusedLength -= text.length;
    });
  }

  /** Shows that the server is there, unless something is on its way that will. */
  ping(): void {
    if (this.#unsent === 0) this.tell({ type: "ping" });
  }

  /** The last message, and the end. */
  refuse(problem: ProblemBody, code: number): void {
    this.tell({ type: "refused", problem });
    this.close(code, problem.code);
  }

  close(code: number, reason: string): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#outlet.close(code, reason);
  }

  #send(text: string, isTransition: boolean): void {
    if (!isTransition) return this.#outlet.send(text, () => {});
    this.#unsent += 1;
    this.#outlet.send(text, () => {
      this.#unsent -= 1;
      // What became of the queries meanwhile is sent as one.
      if (this.#unsent === MAX_UNSENT - 1) this.flush();
    });
  }
}

/** The JSON of a `QueryChange`; `null` where the client has the result already. */
function describeChange(watch: Watch, result: Result, texts: ResultTexts): string | null {
  const { id, sent, knownHash } = watch;
  if (sent === result) return null;
  watch.sent = result;
  watch.knownHash = undefined;
  if (result.kind === "error") {
    return `{"id":${id},"error":${JSON.stringify(result.problem)}}`;
  }
  const { hash } = result;
  if (sent === null && knownHash === hash) return `{"id":${id},"hash":"${hash}"}`;
  if (sent?.kind === "value") {
    if (sent.hash === hash) return null;
    const delta = texts.delta(sent, result);
    if (delta !== null) return `{"id":${id},"delta":${delta},"hash":"${hash}"}`;
  }
  return `{"id":${id},"value":${texts.json(result)},"hash":"${hash}"}`;
}
