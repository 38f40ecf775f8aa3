/** Collects the parameters of a statement while its text is made. */
export class Parameters {
  readonly #values: (string | null)[] = [];

  /** The place holder of a value: `$1`. */
  add(value: string): string {
    return `$${this.#values.push(value)}`;
  }

  get values(): readonly (string | null)[] {
    return this.#values;
  }
}
