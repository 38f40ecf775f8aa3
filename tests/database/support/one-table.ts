import type { ManifestField, ManifestTable } from "../../../compiler/model/manifest.js";
import type { NamedTypes, TypeFact } from "../../../compiler/model/type-fact.js";
import {
  createTableStorage,
  type TableStorage,
} from "../../../runtime/database/storage/table-storage.js";

/** A table of a test: its fields by name, with `?` behind those that may be absent. */
export interface OneTable {
  readonly fields: Readonly<Record<string, TypeFact>>;
  readonly indexes?: Readonly<Record<string, readonly string[]>>;
  readonly promoted?: readonly string[];
  /** The numbers among the fields that are whole. */
  readonly integers?: readonly string[];
  readonly types?: NamedTypes;
}

export function manifestTable(table: OneTable): ManifestTable {
  const { fields, indexes = {}, promoted = [], integers = [] } = table;
  return {
    name: "things",
    fields: Object.entries(fields).map(([given, type]): ManifestField => {
      const optional = given.endsWith("?");
      const name = optional ? given.slice(0, -1) : given;
      const integer = integers.includes(name);
      return { name, type, optional, hasDefault: false, integer, ref: null };
    }),
    indexes: Object.entries(indexes).map(([name, paths]) => ({
      name,
      fields: paths,
      unique: false,
    })),
    promoted,
    relational: false,
  };
}

/** How the table is kept; ids of `things` carry 1, and those of `others` 2. */
export function oneTable(table: OneTable): TableStorage {
  return createTableStorage({
    table: manifestTable(table),
    types: table.types ?? {},
    schema: "public",
    tableNumber: (name) => (name === "things" ? 1 : 2),
  });
}
