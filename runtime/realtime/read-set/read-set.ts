import type { IndexRange, ReadRecorder } from "../../database/reads/read-recorder.js";

/** What a query has read: whatever is written outside of it leaves the result as it is. */
export class ReadSet implements ReadRecorder {
  readonly #points = new Map<number, Set<string>>();
  readonly #ranges: IndexRange[] = [];
  #isEverything = false;

  point(tableNumber: number, id: string): void {
    const ids = this.#points.get(tableNumber);
    if (ids === undefined) this.#points.set(tableNumber, new Set([id]));
    else ids.add(id);
  }

  range(range: IndexRange): void {
    // Bounds that exclude one another: nothing is in it, and joined to another it would undo that.
    if (range.end !== null && range.end <= range.start) return;
    const before = this.#ranges.at(-1);
    // The batches of a `for await` are one range.
    if (before !== undefined && adjoins(before, range)) {
      this.#ranges[this.#ranges.length - 1] = joined(before, range);
    } else this.#ranges.push(range);
  }

  everything(): void {
    this.#isEverything = true;
  }

  /** Whether any write of anything may change the result. */
  get isEverything(): boolean {
    return this.#isEverything;
  }

  /** The documents that were read by id, by the numbers of their tables. */
  get points(): ReadonlyMap<number, ReadonlySet<string>> {
    return this.#points;
  }

  get ranges(): readonly IndexRange[] {
    return this.#ranges;
  }
}

function adjoins(a: IndexRange, b: IndexRange): boolean {
  if (a.tableNumber !== b.tableNumber || a.index !== b.index) return false;
  return (a.end !== null && a.end === b.start) || (b.end !== null && b.end === a.start);
}

function joined(a: IndexRange, b: IndexRange): IndexRange {
  return a.end === b.start ? { ...a, end: b.end } : { ...a, start: b.start };
}
