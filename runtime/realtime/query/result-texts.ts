import { listDelta } from "./list-delta.js";
import type { ValueResult } from "./result.js";

/** What results are sent as, made once for all who are sent the same in one tick. */
export class ResultTexts {
  readonly #jsons = new Map<ValueResult, string>();
  readonly #deltas = new Map<ValueResult, { from: ValueResult; delta: string | null }>();

  json(result: ValueResult): string {
    let json = this.#jsons.get(result);
    if (json === undefined) {
      json = result.json;
      this.#jsons.set(result, json);
    }
    return json;
  }

  /** As the JSON of a `ListDelta`; `null` where the whole list is shorter, or it is no list. */
  delta(from: ValueResult, to: ValueResult): string | null {
    const known = this.#deltas.get(to);
    if (known?.from === from) return known.delta;
    const delta = listDelta(from, to);
    this.#deltas.set(to, { from, delta });
    return delta;
  }

  /** The next tick has other results. */
  clear(): void {
    this.#jsons.clear();
    this.#deltas.clear();
  }
}
