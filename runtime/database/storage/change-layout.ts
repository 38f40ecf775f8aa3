import { createHash } from "node:crypto";
import type { IndexStorage } from "./index-storage.js";
import type { KeyColumn } from "./key-column.js";

/**
 * Which key columns the change log notes of a table's rows: those of all its indexes. Made from the
 * manifest alike by who writes the triggers and by who reads what they noted.
 */
export interface ChangeLayout {
  readonly columns: readonly KeyColumn[];
  /** A 31-bit number that differs where the columns do: keys of another layout say nothing. */
  readonly hash: number;
}

export function changeLayoutOf(indexes: Iterable<IndexStorage>): ChangeLayout {
  const columns = new Map<string, KeyColumn>();
  for (const index of indexes) {
    for (const field of index.fields) {
      for (const column of field.columns) columns.set(column.sql, column);
    }
  }
  const digest = createHash("sha256")
    .update(JSON.stringify([...columns.values()].map(({ sql, type }) => [sql, type])))
    .digest();
  return { columns: [...columns.values()], hash: digest.readInt32BE(0) & 0x7fffffff };
}
