import { createHash } from "node:crypto";
import type { ManifestIndex } from "../../../compiler/model/manifest.js";
import type { PhysicalIndex } from "../../postgres/schema/physical-schema.js";
import type { FieldKey } from "./field-key.js";
import type { KeyColumn } from "./key-column.js";
import { ID_COLUMN } from "./system-fields.js";

/** An index of a table: what ranges, orders and cursors over it are made of. */
export interface IndexStorage {
  readonly name: string;
  readonly unique: boolean;
  readonly fields: readonly FieldKey[];
  /**
   * What a total order needs after the fields: the id, except where the fields alone tell documents
   * apart.
   */
  readonly endsInId: boolean;
  /** The indexes in Postgres: those that queries read, and those that keep documents unique. */
  readonly physical: readonly PhysicalIndex[];
}

export function createIndexStorage(
  table: string,
  { name, fields: paths, unique }: ManifestIndex,
  field: (path: string) => FieldKey,
): IndexStorage {
  const fields = paths.map(field);
  const columns = fields.flatMap((key) => key.columns);
  const endsInId = !unique || columns.some((column) => column.nullable);
  const physical = [];
  if (unique) physical.push(physicalIndex(table, name, columns.map(keySql), true));
  if (endsInId)
    physical.push(physicalIndex(table, name, [...columns.map(keySql), ID_COLUMN], false));
  return { name, unique, fields, endsInId, physical };
}

function keySql({ sql }: KeyColumn): string {
  return `${sql} nulls first`;
}

/** The longest identifier that Postgres keeps. */
const MAX_NAME_BYTES = 63;

function physicalIndex(
  table: string,
  index: string,
  keys: readonly string[],
  unique: boolean,
): PhysicalIndex {
  const definition = JSON.stringify([table, index, unique, keys]);
  const hash = createHash("sha256").update(definition).digest("hex").slice(0, 8);
  const readable = `${table}_${index}`.slice(0, MAX_NAME_BYTES - hash.length - 1);
  return { index, name: `${readable}_${hash}`, unique, keys };
}
