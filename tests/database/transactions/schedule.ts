/**
 * Makes two transactions take their steps in a given order: `["a:read", "b:read", "a:write", …]`. Each
 * step waits until those before it are done. A transaction that has to start again goes on freely.
 */
export class Schedule {
  readonly #order: readonly string[];
  readonly #done = new Set<string>();
  #waiting: (() => void)[] = [];

  constructor(order: readonly string[]) {
    this.#order = order;
  }

  /** Waits until it is this step's turn. */
  async reach(step: string): Promise<void> {
    const before = this.#order.slice(0, this.#order.indexOf(step));
    while (!before.every((earlier) => this.#done.has(earlier)))
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
  }

  /** Takes a step in its turn, after which come the others, whatever became of it. */
  async take<Result>(step: string, work: () => Promise<Result>): Promise<Result> {
    await this.reach(step);
    try {
      return await work();
    } finally {
      this.done(step);
    }
  }

  /** These steps keep nobody waiting any more. */
  done(...steps: readonly string[]): void {
    for (const step of steps) this.#done.add(step);
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resume of waiting) resume();
  }

  stepsOf(actor: string): string[] {
    return this.#order.filter((step) => step.startsWith(`${actor}:`));
  }
}
