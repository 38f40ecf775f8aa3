import { getFunctionName } from "../../protocol/function-reference.js";
import type { OptimisticStore } from "./optimistic-update.js";
import { argsOf, describeQuery, type QueryDescription } from "./query-description.js";

/** What layers lie on: the result of a query as the server gave it. */
export interface BaseResult {
  readonly query: QueryDescription;
  /** `undefined` where there is none yet. */
  readonly value: unknown;
  /** The last of this client's mutations whose effect is in the value. */
  readonly includes: number;
}

/** The optimistic update of one mutation, with its arguments. */
export type Layer = (store: OptimisticStore) => void;

/** The results that optimistic updates show instead of the server's. */
export class Layers {
  readonly #base: ReadonlyMap<string, BaseResult>;
  readonly #layers = new Map<number, Layer>();
  #shown = new Map<string, unknown>();

  constructor(base: ReadonlyMap<string, BaseResult>) {
    this.#base = base;
  }

  /** @throws what the layer throws when it runs for the first time; it then is not added. */
  add(mutationId: number, layer: Layer): void {
    this.#run(mutationId, layer);
    this.#layers.set(mutationId, layer);
  }

  drop(mutationId: number): boolean {
    return this.#layers.delete(mutationId);
  }

  get(key: string): unknown {
    return this.#shown.has(key) ? this.#shown.get(key) : this.#base.get(key)?.value;
  }

  /** Runs all layers again, over results that have changed. Returns what they wrote, now or before. */
  replay(): Iterable<string> {
    const before = this.#shown;
    this.#shown = new Map();
    for (const [mutationId, layer] of this.#layers) {
      try {
        for (const [key, value] of this.#run(mutationId, layer)) this.#shown.set(key, value);
      } catch {
        // It ran before, over other results. What it shows is a guess, and the guess now is none.
      }
    }
    return new Set([...before.keys(), ...this.#shown.keys()]);
  }

  #run(mutationId: number, layer: Layer): Map<string, unknown> {
    const writes = new Map<string, unknown>();
    const read = (key: string): unknown => (writes.has(key) ? writes.get(key) : this.get(key));
    const store: OptimisticStore = {
      getQuery: (reference, args) => read(describeQuery(reference, args).key),
      getAllQueries: (reference) => {
        const name = getFunctionName(reference);
        return [...this.#base.values()]
          .filter(({ query }) => query.name === name && read(query.key) !== undefined)
          .map(({ query }) => ({ args: argsOf(query), value: read(query.key) })) as never;
      },
      setQuery: (reference, args, value) => {
        const { key } = describeQuery(reference, args);
        const base = this.#base.get(key);
        // A result that has the mutation's effect must not show it a second time.
        if (base !== undefined && base.includes < mutationId) writes.set(key, value);
      },
    };
    layer(store);
    return writes;
  }
}
