import type { ManifestField } from "../../../../compiler/model/manifest.js";
import { DOCUMENT_COLUMN } from "../../../database/storage/columns.js";
import { ID_COLUMN } from "../../../database/storage/system-fields.js";
import type { PhysicalColumn } from "../../schema/physical-schema.js";
import { identifier, literal, qualified } from "../../sql/identifier.js";
import { documentPredicate, jsonExpression, jsonInside } from "./document-predicate.js";
import { acceptsAbsence, type DocumentTypes } from "./document-types.js";

export interface DocumentCheckOptions {
  readonly schema: string;
  readonly table: string;
  readonly columns: readonly PhysicalColumn[];
  readonly fields: readonly ManifestField[];
  /** What `doc` may hold; `null` where nobody asks. */
  readonly knownFields: readonly string[] | null;
  readonly types: DocumentTypes;
}

/** Something that every document must be, and the SQL that says so. */
interface Condition {
  /** `null` for the document as a whole. */
  readonly field: ManifestField | null;
  readonly sql: string;
}

/** How the documents of a table are compared with their types. */
export interface DocumentCheck {
  readonly conditions: readonly Condition[];
  /** One row: how many documents break any condition, and each of them. */
  readonly count: string | null;
  /** The first ten documents that break a condition: `id`, and the JSON that breaks it. */
  readonly sample: (condition: Condition) => string;
  /** What SQL cannot say: the JSON of these fields has to be read. */
  readonly streamed: readonly ManifestField[];
  /** The documents behind `$1`, at most `$2`: `id`, and the JSON of each field as text. */
  readonly stream: string;
}

/** The names of a field that a whole document is, and of the JSON that a query returns. */
export const SAMPLE_SIZE = 10;

export function documentCheck(options: DocumentCheckOptions): DocumentCheck {
  const { schema, table, columns, fields, knownFields, types } = options;
  const from = `from ${qualified(schema, table)}`;
  const doc = identifier(DOCUMENT_COLUMN);
  const columnOf = (field: ManifestField) =>
    columns.find(({ name }) => name === field.name) ?? null;
  const jsonOf = (field: ManifestField) => {
    const column = columnOf(field);
    return column === null ? jsonInside(doc, field.name) : jsonExpression(columnJson(column));
  };

  const conditions: Condition[] = [];
  const streamed: ManifestField[] = [];
  if (knownFields !== null) conditions.push({ field: null, sql: isKnown(doc, knownFields) });
  for (const field of fields) {
    const predicate = documentPredicate(field.type, jsonOf(field), types);
    if (predicate === null) streamed.push(field);
    else conditions.push({ field, sql: isThere(field, predicate) });
  }
  const all = conditions.map(({ sql }) => sql).join(" and ");
  const counts = conditions.map(
    ({ sql }, at) => `count(*) filter (where not ${sql})::int as c${at}`,
  );
  return {
    conditions,
    count:
      conditions.length === 0
        ? null
        : `select ${counts.join(", ")}, count(*)::int as documents ${from} where not (${all})`,
    sample: ({ field, sql }) =>
      `select ${ID_COLUMN}::text as id, ${field === null ? doc : jsonOf(field).json}::text as json ${from} where not ${sql} order by ${ID_COLUMN} limit ${SAMPLE_SIZE}`,
    streamed,
    stream: `select ${ID_COLUMN}::text as id, array[${streamed.map((field) => `${jsonOf(field).json}::text`).join(", ")}] as json ${from} where ${ID_COLUMN} > $1 order by ${ID_COLUMN} limit $2`,
  };

  function isThere(field: ManifestField, predicate: string): string {
    const mayBeAbsent = field.optional || acceptsAbsence(field.type, types.named);
    const column = columnOf(field);
    if (column === null) {
      const present = `${doc} ? ${literal(field.name)}`;
      return mayBeAbsent ? `(not ${present} or ${predicate})` : `(${present} and ${predicate})`;
    }
    const value = identifier(column.name);
    return column.notNull
      ? `(${value} is not null and ${predicate})`
      : `(${value} is null or ${predicate})`;
  }
}

function isKnown(doc: string, fields: readonly string[]): string {
  const rest = `${doc} - array[${fields.map(literal).join(", ")}]::text[] = '{}'::jsonb`;
  return `case when jsonb_typeof(${doc}) = 'object' then ${rest} else false end`;
}

/** The storage form that the value of a column would have in a document. */
function columnJson({ name, type }: PhysicalColumn): string {
  const column = identifier(name);
  switch (type) {
    case "jsonb":
      return column;
    case "numeric":
      return `to_jsonb(${column}::text)`;
    case "bytea":
      return `to_jsonb(${literal("\\x")} || encode(${column}, 'hex'))`;
    case "timestamp(3) with time zone":
      return `to_jsonb(to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))`;
    default:
      return `to_jsonb(${column})`;
  }
}
