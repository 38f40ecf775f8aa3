import { Listeners } from "./listeners.js";

/** How a client stands with its server. */
export interface ConnectionState {
  /** `connecting` until the first answer; `disconnected` after a call that did not get through. */
  readonly status: "connecting" | "connected" | "disconnected";
  /** Mutations that the server has not confirmed yet. */
  readonly pendingMutations: number;
}

export const INITIAL_CONNECTION: ConnectionState = Object.freeze({
  status: "connecting",
  pendingMutations: 0,
});

/** The state of a connection, and who wants to know of it. */
export class Connection {
  readonly #listeners = new Listeners();
  #state = INITIAL_CONNECTION;

  get state(): ConnectionState {
    return this.#state;
  }

  /** Can be passed on by itself. */
  readonly subscribe = (listener: () => void): (() => void) => this.#listeners.add(listener);

  update(change: Partial<ConnectionState>): void {
    const next = { ...this.#state, ...change };
    const { status, pendingMutations } = this.#state;
    if (next.status === status && next.pendingMutations === pendingMutations) return;
    this.#state = next;
    this.#listeners.notify();
  }
}
