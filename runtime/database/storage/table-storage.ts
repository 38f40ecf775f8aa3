import type { ManifestTable } from "../../../compiler/model/manifest.js";
import type { NamedTypes } from "../../../compiler/model/type-fact.js";
import { ConvoyError } from "../../../protocol/errors.js";
import { qualified } from "../../postgres/sql/identifier.js";
import { columnsOf, type TableColumns } from "./columns.js";
import { createDocumentCodec, type DocumentCodec } from "./document-codec.js";
import type { EncodeContext } from "./encode-value.js";
import { createFieldKey, type FieldKey } from "./field-key.js";
import { createIndexStorage, type IndexStorage } from "./index-storage.js";
import { createPositions, type PropertyPosition } from "./position.js";
import { placeOfField } from "./field-place.js";
import { systemFieldKeys } from "./system-fields.js";

/** How the documents of a table are kept: everything that SQL about it is made of. */
export interface TableStorage extends DocumentCodec {
  readonly name: string;
  /** Its name in SQL, with its schema. */
  readonly sqlName: string;
  /** What the ids of its documents carry. */
  readonly number: number;
  /** Besides `id`: rows have the document first, then the promoted fields. */
  readonly columns: TableColumns;
  readonly indexes: ReadonlyMap<string, IndexStorage>;
  /**
   * The accessor of a field: its own name, a dotted path, `_id` or `_creationTime`.
   *
   * @throws {ConvoyError} `unknown-field`.
   */
  readonly field: (path: string) => FieldKey;
}

export interface TableStorageOptions {
  readonly table: ManifestTable;
  readonly types: NamedTypes;
  /** The schema in Postgres that has the table. */
  readonly schema: string;
  /** The number that ids of a table carry. */
  readonly tableNumber: (table: string) => number;
}

export function createTableStorage(options: TableStorageOptions): TableStorage {
  const { table, types, tableNumber } = options;
  const positions = createPositions(types);
  const context: EncodeContext = { table: table.name, tableNumber };
  const columns = columnsOf(table, types);
  const properties = table.fields.map(
    (field): PropertyPosition => ({
      name: field.name,
      position: positions.of(field.type),
      optional: field.optional,
    }),
  );

  const keys = new Map<string, FieldKey>(systemFieldKeys(context));
  const field = (path: string): FieldKey => {
    let key = keys.get(path);
    if (key === undefined) {
      const place = placeOfField(path, properties, columns.promoted);
      if (place === null) throw unknownField(table, path);
      key = createFieldKey(place, context);
      keys.set(path, key);
    }
    return key;
  };
  const indexes = new Map(
    table.indexes.map((index) => [index.name, createIndexStorage(table.name, index, field)]),
  );
  return {
    name: table.name,
    sqlName: qualified(options.schema, table.name),
    number: tableNumber(table.name),
    columns,
    indexes,
    field,
    ...createDocumentCodec({ context, properties, columns, indexes }),
  };
}

function unknownField(table: ManifestTable, path: string): ConvoyError {
  const names = table.fields.map(({ name }) => name).join(", ");
  return new ConvoyError(
    "unknown-field",
    `Table "${table.name}" has no field "${path}" (fields: ${names}). Add it in convoy/schema.ts, or name one of these.`,
    { status: 400 },
  );
}
