import type { Manifest, ManifestTable } from "../../../compiler/model/manifest.js";
import { physicalSchema } from "../../../runtime/database/storage/physical-schema.js";
import type {
  Catalog,
  CatalogTable,
  RegisteredIndex,
} from "../../../runtime/postgres/catalog/catalog.js";
import type { PhysicalTable } from "../../../runtime/postgres/schema/physical-schema.js";
import {
  changeFunction,
  changeTriggers,
} from "../../../runtime/postgres/schema/change-triggers.js";
import { idCheckExpression, idCheckName } from "../../../runtime/postgres/schema/id-check.js";
import { systemVersion } from "../../../runtime/postgres/schema/system-schema.js";

/** A database that nobody has used. */
export const emptyCatalog: Catalog = {
  serverVersion: 150_018,
  schema: "public",
  schemaExists: true,
  system: { version: 0, dataSchema: null, tables: [], lastNumber: 0, indexes: [] },
  tables: [],
  relations: [],
};

/** A database in which a manifest has been applied; tables have `rows` documents each. */
export function catalogOf(manifest: Manifest, rows = 0): Catalog {
  const { tables } = physicalSchema(manifest);
  return {
    ...emptyCatalog,
    system: {
      version: systemVersion,
      dataSchema: "public",
      tables: tables.map(({ name }, at) => ({ name, number: at + 1 })),
      lastNumber: tables.length,
      indexes: tables.flatMap(registeredIndexes),
    },
    tables: tables.map((table, at) => catalogTable(table, at + 1, rows)),
    relations: tables.flatMap(({ name, indexes }) =>
      [`${name}_pkey`, ...indexes.map((index) => index.name)].map((index) => ({
        name: index,
        kind: "index",
      })),
    ),
  };
}

export function physicalTable(table: ManifestTable): PhysicalTable {
  const [physical] = physicalSchema({
    version: 1,
    tables: [table],
    types: {},
    functions: [],
  }).tables;
  if (physical === undefined) throw new Error("A manifest of one table has one table.");
  return physical;
}

function registeredIndexes(table: PhysicalTable, at: number): readonly RegisteredIndex[] {
  return table.indexes.map((index) => ({ ...index, tableNumber: at + 1 }));
}

function catalogTable(table: PhysicalTable, number: number, rows: number): CatalogTable {
  const { name, columns, indexes } = table;
  const { name: note, source, settings } = changeFunction(number, table.changes);
  return {
    name,
    number,
    columns: [
      { name: "id", type: "uuid", notNull: true, default: null, collation: null },
      ...columns.map((column) => ({ ...column, default: null })),
    ],
    constraints: [
      { name: `${name}_pkey`, kind: "p", definition: "PRIMARY KEY (id)" },
      { name: idCheckName(name), kind: "c", definition: `CHECK (${idCheckExpression(number)})` },
    ],
    indexes: [
      { name: `${name}_pkey`, valid: true, unique: true, definition: "" },
      ...indexes.map((index) => ({
        name: index.name,
        valid: true,
        unique: index.unique,
        definition: "",
      })),
    ],
    triggers: changeTriggers.map((name) => ({
      name,
      function: note,
      source,
      settings,
      isPublic: false,
    })),
    estimatedRows: rows,
    bytes: rows * 100,
  };
}
