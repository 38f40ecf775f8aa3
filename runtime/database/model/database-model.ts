import type { Manifest } from "../../../compiler/model/manifest.js";
import { ConvoyError } from "../../../protocol/errors.js";
import type { UniqueIndex, UniqueIndexLookup } from "../../postgres/errors/violation.js";
import type { TableNumberLookup } from "../../schema/id-check.js";
import type { TableValidator } from "../../schema/table.js";
import { isDocumentId, tableNumberOf } from "../ids/document-id.js";
import { wrongId } from "../ids/errors.js";
import { createStatementCache, type StatementCache } from "../session/statement-cache.js";
import { createTableStorage, type TableStorage } from "../storage/table-storage.js";

/** A table, with the validator of its documents. */
export interface ModelTable {
  readonly storage: TableStorage;
  readonly validator: TableValidator;
  readonly hasUniqueIndex: boolean;
}

/** The tables of a project as one database has them. */
export interface DatabaseModel {
  readonly statements: StatementCache;
  /** @throws {ConvoyError} `unknown-table`. */
  readonly table: (name: string) => ModelTable;
  /** @throws {ConvoyError} `invalid-id` for what is no id, or an id of no table. */
  readonly tableOfId: (id: unknown) => ModelTable;
  /** What a violated unique index of Postgres means to a person. */
  readonly uniqueIndex: UniqueIndexLookup;
  readonly tableNumber: TableNumberLookup;
}

export interface DatabaseModelOptions {
  readonly manifest: Manifest;
  /** The validators, from the project's own `schema.ts`. */
  readonly schema: {
    readonly tables: Readonly<Record<string, { readonly validator: TableValidator }>>;
  };
  /** The numbers of the tables, from `_convoy.tables`. */
  readonly tableNumbers: ReadonlyMap<string, number>;
  /** The schema in Postgres that has the tables. Default: `public`. */
  readonly postgresSchema?: string;
}

/**
 * What readers and writers are made of; one for as long as a project does not change.
 *
 * @throws {ConvoyError} `schema-out-of-step` where the database or `schema.ts` lacks a table.
 */
export function createDatabaseModel(options: DatabaseModelOptions): DatabaseModel {
  const { manifest, schema, tableNumbers, postgresSchema = "public" } = options;
  const tableNumber = (name: string): number => {
    const number = tableNumbers.get(name);
    if (number === undefined) throw outOfStep(name);
    return number;
  };
  const tables = new Map<string, ModelTable>();
  const byNumber = new Map<number, ModelTable>();
  const uniqueIndexes = new Map<string, UniqueIndex>();
  for (const table of manifest.tables) {
    const { types } = manifest;
    const storage = createTableStorage({ table, types, schema: postgresSchema, tableNumber });
    const validator = schema.tables[table.name]?.validator;
    if (validator === undefined) throw outOfStep(table.name);
    let hasUniqueIndex = false;
    for (const index of storage.indexes.values()) {
      for (const { name } of index.physical.filter(({ unique }) => unique)) {
        hasUniqueIndex = true;
        const fields = index.fields.map(({ path }) => path);
        uniqueIndexes.set(name, { table: table.name, index: index.name, fields });
      }
    }
    const entry = { storage, validator, hasUniqueIndex };
    tables.set(table.name, entry);
    byNumber.set(storage.number, entry);
  }

  return {
    statements: createStatementCache(),
    table(name) {
      const table = tables.get(name);
      if (table === undefined) throw unknownTable(name, [...tables.keys()]);
      return table;
    },
    tableOfId(id) {
      const table = isDocumentId(id) ? byNumber.get(tableNumberOf(id)) : undefined;
      if (table === undefined) throw invalidId(id);
      return table;
    },
    uniqueIndex: (name) => uniqueIndexes.get(name),
    tableNumber: (name) => tables.get(name)?.storage.number,
  };
}

/** @throws {ConvoyError} `invalid-id` or `wrong-table-id`. */
export function checkId({ storage }: ModelTable, id: unknown): string {
  if (isDocumentId(id) && tableNumberOf(id) === storage.number) return id;
  throw wrongId("The id", [storage.name], id);
}

function unknownTable(name: unknown, names: readonly string[]): ConvoyError {
  return new ConvoyError(
    "unknown-table",
    `There is no table "${String(name)}" (tables: ${names.join(", ")}). Add it in convoy/schema.ts, or name one of these.`,
    { status: 400 },
  );
}

function invalidId(id: unknown): ConvoyError {
  const what = isDocumentId(id)
    ? "The id belongs to no table of the schema"
    : "What was passed as an id is none: a UUIDv7 in lower case";
  return new ConvoyError("invalid-id", `${what}. Pass the _id of a document.`, { status: 400 });
}

function outOfStep(table: string): ConvoyError {
  return new ConvoyError(
    "schema-out-of-step",
    `The generated code, convoy/schema.ts and the database do not agree about table "${table}". Run \`convoy dev\`, or \`convoy deploy\` in production.`,
  );
}
