/** The part of `fetch` that a client uses. */
export type Fetch = (
  url: string,
  init: {
    readonly method: string;
    readonly headers: Record<string, string>;
    readonly body: string;
    readonly signal: AbortSignal;
  },
) => Promise<{
  readonly ok: boolean;
  readonly status: number;
  text(): Promise<string>;
}>;

/** What a client takes from the world around it: tests hand in their own. */
export interface ClientEnvironment {
  readonly fetch: Fetch;
  readonly setTimeout: (callback: () => void, ms: number) => unknown;
  readonly clearTimeout: (timer: unknown) => void;
  /** The time in ms. */
  readonly now: () => number;
  /** A number from 0 up to, but not including, 1. */
  readonly random: () => number;
}

export const defaultEnvironment: ClientEnvironment = {
  // Looked up at each call: tools replace the global ones after this module has loaded.
  fetch: (url, init) => globalThis.fetch(url, init),
  setTimeout: (callback, ms) => globalThis.setTimeout(callback, ms),
  clearTimeout: (timer) => globalThis.clearTimeout(timer as number),
  now: () => Date.now(),
  random: () => Math.random(),
};
