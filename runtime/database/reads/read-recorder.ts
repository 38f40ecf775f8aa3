/** Learns what a query reads, so that it is known which writes change its result. */
export interface ReadRecorder {
  /** A document was looked for by its id, and may have been found. */
  point(tableNumber: number, id: string): void;
  /** All that there is of an index between two keys was read. */
  range(range: IndexRange): void;
  /** Anything may have been read: a person's own SQL ran. */
  everything(): void;
}

/** A contiguous range of keys of one index that a query has read. */
export interface IndexRange {
  readonly tableNumber: number;
  /** `null` is the order of ids. */
  readonly index: string | null;
  /** A key as `encodeKeyTexts` makes it, inclusive. */
  readonly start: string;
  /** Exclusive; `null` reads to the end. */
  readonly end: string | null;
}
