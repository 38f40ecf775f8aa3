import { ConvoyError } from "../../protocol/errors.js";
import type { Layer } from "./layers.js";
import type { QueryStore } from "./query-store.js";

/** How many mutations may wait for those before them. */
export const MAX_MUTATIONS = 1000;

export interface MutationQueueOptions {
  /** Sends a mutation until its outcome is known. */
  readonly send: (mutationId: number, name: string, body: string) => Promise<unknown>;
  /** Shows layers, and settles what has been answered. */
  readonly store: Pick<QueryStore, "addLayer" | "dropLayer" | "settle">;
  readonly onLength: (length: number) => void;
}

interface Mutation {
  readonly id: number;
  readonly name: string;
  readonly body: string;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * A client's mutations: they run in the order in which they were called, one at a time, so that
 * each sees what those before it did.
 */
export class MutationQueue {
  readonly #options: MutationQueueOptions;
  readonly #mutations: Mutation[] = [];
  #lastId = 0;

  constructor(options: MutationQueueOptions) {
    this.#options = options;
  }

  /**
   * The result of a mutation, once its effect is shown. Until then the layer shows what it will be.
   *
   * @throws whatever the layer throws; the mutation then is not run.
   */
  async run(name: string, body: string, layer: Layer | null): Promise<unknown> {
    if (this.#mutations.length >= MAX_MUTATIONS) {
      throw new ConvoyError(
        "too-many-mutations",
        `${MAX_MUTATIONS} mutations wait already, so "${name}" was not run. Wait for some of them.`,
        { status: 503, retryable: true },
      );
    }
    const id = this.#lastId + 1;
    if (layer !== null) this.#options.store.addLayer(id, layer);
    this.#lastId = id;
    return new Promise((resolve, reject) => {
      this.#mutations.push({ id, name, body, resolve, reject });
      this.#options.onLength(this.#mutations.length);
      if (this.#mutations.length === 1) void this.#runAll();
    });
  }

  async #runAll(): Promise<void> {
    for (let next = this.#mutations[0]; next !== undefined; next = this.#mutations[0]) {
      const outcome = await this.#send(next);
      this.#mutations.shift();
      this.#options.onLength(this.#mutations.length);
      // The next one need not wait until this one is shown.
      void this.#end(next, outcome);
    }
  }

  async #send({ id, name, body }: Mutation): Promise<Outcome> {
    try {
      return { result: await this.#options.send(id, name, body) };
    } catch (error) {
      return { error };
    }
  }

  async #end({ id, resolve, reject }: Mutation, outcome: Outcome): Promise<void> {
    const { store } = this.#options;
    if ("error" in outcome) {
      store.dropLayer(id);
      return reject(outcome.error);
    }
    await store.settle(id);
    resolve(outcome.result);
  }
}

type Outcome = { readonly result: unknown } | { readonly error: unknown };
