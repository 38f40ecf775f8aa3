import { type ChangeLayout, changeLayoutOf } from "../../database/storage/change-layout.js";
import type { KeyColumn } from "../../database/storage/key-column.js";
import type { TableStorage } from "../../database/storage/table-storage.js";
import { encodeKeyTexts } from "../../database/values/key-text.js";
import type { KeyTexts, RowChange, RowsChange, TableChange } from "../changes/change.js";
import { IntervalMap } from "./interval-map.js";
import type { ReadSet } from "./read-set.js";

/** What a table is to the matching of changes. */
export interface ReadTable {
  readonly number: number;
  /** Its name in SQL, with its schema. */
  readonly sqlName: string;
  readonly layout: ChangeLayout;
  /** The key columns of each index, in order, without the id at the end. */
  readonly indexes: ReadonlyMap<string, readonly KeyColumn[]>;
}

export function readTableOf({ number, sqlName, indexes }: TableStorage): ReadTable {
  const columns = [...indexes].map(
    ([name, index]) => [name, index.fields.flatMap((field) => field.columns)] as const,
  );
  const layout = changeLayoutOf(indexes.values());
  return { number, sqlName, layout, indexes: new Map(columns) };
}

/**
 * Who has read what: finds the readers whose results a change may have changed, in time that depends
 * on the change and on them, not on how many others there are.
 */
export class ReadSetIndex<Reader> {
  readonly #tables = new Map<number, TableReaders<Reader>>();
  readonly #ofEverything = new Set<Reader>();

  constructor(tables: Iterable<ReadTable>) {
    for (const table of tables) this.#tables.set(table.number, new TableReaders(table));
  }

  add(reader: Reader, reads: ReadSet): void {
    if (reads.isEverything) this.#ofEverything.add(reader);
    for (const [number, ids] of reads.points) {
      for (const id of ids) this.#tables.get(number)?.addPoint(id, reader);
    }
    for (const { tableNumber, index, start, end } of reads.ranges) {
      this.#tables.get(tableNumber)?.ranges(index).add(start, end, reader);
    }
  }

  /** @param reads what it was added with. */
  delete(reader: Reader, reads: ReadSet): void {
    this.#ofEverything.delete(reader);
    for (const [number, ids] of reads.points) {
      for (const id of ids) this.#tables.get(number)?.deletePoint(id, reader);
    }
    for (const { tableNumber, index, start, end } of reads.ranges) {
      this.#tables.get(tableNumber)?.ranges(index).delete(start, end, reader);
    }
  }

  /** Adds the readers that the change may concern to `readers`. */
  match(change: TableChange, readers: Set<Reader>): void {
    for (const reader of this.#ofEverything) readers.add(reader);
    const table = this.#tables.get(change.tableNumber);
    if (table === undefined) return;
    if (change.kind === "table") table.all(readers);
    else table.match(change, readers);
  }
}

class TableReaders<Reader> {
  readonly #points = new Map<string, Set<Reader>>();
  readonly #indexes = new Map<string | null, IndexReaders<Reader>>();
  readonly #table: ReadTable;

  constructor(table: ReadTable) {
    this.#table = table;
  }

  addPoint(id: string, reader: Reader): void {
    const readers = this.#points.get(id);
    if (readers === undefined) this.#points.set(id, new Set([reader]));
    else readers.add(reader);
  }

  deletePoint(id: string, reader: Reader): void {
    const readers = this.#points.get(id);
    if (readers?.delete(reader) && readers.size === 0) this.#points.delete(id);
  }

  ranges(index: string | null): RangeReaders<Reader> {
    let readers = this.#indexes.get(index);
    if (readers === undefined) {
      readers = new IndexReaders(this.#table, index);
      this.#indexes.set(index, readers);
    }
    return readers;
  }

  all(readers: Set<Reader>): void {
    for (const found of this.#points.values()) for (const reader of found) readers.add(reader);
    for (const index of this.#indexes.values()) index.all(readers);
  }

  match({ rows }: RowsChange, readers: Set<Reader>): void {
    for (const row of rows) {
      for (const reader of this.#points.get(row.id) ?? []) readers.add(reader);
      for (const index of this.#indexes.values()) index.match(row, readers);
    }
  }
}

interface RangeReaders<Reader> {
  add(start: string, end: string | null, reader: Reader): void;
  delete(start: string, end: string | null, reader: Reader): void;
}

/** The ranges of one index, or of the ids, that were read. */
class IndexReaders<Reader> implements RangeReaders<Reader> {
  readonly #ranges = new IntervalMap<Reader>();
  /** How many ranges each reader has here. */
  readonly #readers = new Map<Reader, number>();
  readonly #columns: readonly KeyColumn[];
  /** Where the texts of the columns are in a change. */
  readonly #places: readonly number[];

  constructor({ layout, indexes }: ReadTable, index: string | null) {
    const columns = index === null ? [] : (indexes.get(index) ?? []);
    const places = columns.map((column) =>
      layout.columns.findIndex(({ sql }) => sql === column.sql),
    );
    this.#columns = [...columns, idColumn];
    this.#places = places;
  }

  add(start: string, end: string | null, reader: Reader): void {
    this.#ranges.add(start, end, reader);
    this.#readers.set(reader, (this.#readers.get(reader) ?? 0) + 1);
  }

  delete(start: string, end: string | null, reader: Reader): void {
    this.#ranges.delete(start, end, reader);
    const left = (this.#readers.get(reader) ?? 1) - 1;
    if (left === 0) this.#readers.delete(reader);
    else this.#readers.set(reader, left);
  }

  all(readers: Set<Reader>): void {
    for (const reader of this.#readers.keys()) readers.add(reader);
  }

  match({ id, before, after }: RowChange, readers: Set<Reader>): void {
    if (this.#readers.size === 0) return;
    const add = (reader: Reader): void => void readers.add(reader);
    try {
      const old = before && this.#key(before, id);
      const now = after && this.#key(after, id);
      if (old !== null) this.#ranges.stab(old, add);
      if (now !== null && now !== old) this.#ranges.stab(now, add);
    } catch {
      // SQL has written what no document holds: where that is in the order is not known.
      this.all(readers);
    }
  }

  #key(texts: KeyTexts, id: string): string {
    const values = this.#places.map((place) => texts[place] ?? null);
    return encodeKeyTexts(this.#columns, [...values, id]);
  }
}

const idColumn: KeyColumn = { sql: '"id"', nullable: false, type: "uuid" };
