import { filterTooLarge } from "./filter-limits.js";

/** What the protocol counts in two bytes; one is kept for a limit. */
const MAX_PARAMETERS = 65_534;

/** Collects the parameters of a statement while its text is made. */
export class Parameters {
  readonly #values: (string | null)[] = [];

  /**
   * The place holder of a value: `$1`.
   *
   * @throws {ConvoyError} `filter-too-large`: nothing but filters has so many.
   */
  add(value: string): string {
    if (this.#values.length >= MAX_PARAMETERS) {
      throw filterTooLarge(`compares with more than ${MAX_PARAMETERS} values`);
    }
    return `$${this.#values.push(value)}`;
  }

  get values(): readonly (string | null)[] {
    return this.#values;
  }
}
