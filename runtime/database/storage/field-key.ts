import type { PhysicalColumn } from "../../postgres/schema/physical-schema.js";
import { identifier, literal } from "../../postgres/sql/identifier.js";
import { wrongId } from "../ids/errors.js";
import { isDocumentId, tableNumberOf } from "../ids/document-id.js";
import { invalidValue, placeOf } from "../values/errors.js";
import { textProblem } from "../values/text.js";
import {
  ABSENT_RANK,
  classOf,
  NULL_RANK,
  rankOf,
  STRUCTURE_RANK,
  type ValueClass,
  valueClasses,
} from "../values/value-class.js";
import { DOCUMENT_COLUMN } from "./columns.js";
import type { EncodeContext } from "./encode-value.js";
import type { FieldPlace } from "./field-place.js";
import {
  castText,
  type Comparison,
  documentTypeOf,
  encodeScalar,
  type KeyColumn,
  type ScalarType,
} from "./key-column.js";
import type { Position } from "./position.js";

/**
 * The accessor of a field: the expressions that give it the order of values. One where the field
 * holds one kind of value; a leading one where more must be kept apart.
 */
export interface FieldKey {
  readonly path: string;
  readonly columns: readonly KeyColumn[];
  /** Whether an index can be built over it: it holds one kind of value, besides null and absent. */
  readonly indexable: boolean;
  /**
   * The key of a value: one parameter for each column, `null` standing for NULL.
   *
   * @throws {ConvoyError} `invalid-value` for a value that the field cannot hold.
   */
  readonly encode: (value: unknown, comparison?: Comparison) => readonly (string | null)[];
}

/** The columns of a field's key, and how to encode a value that has been checked. */
type KeyShape = Pick<FieldKey, "columns" | "indexable"> & {
  readonly encodeChecked: (value: unknown, comparison: Comparison) => readonly (string | null)[];
};

export function createFieldKey(place: FieldPlace, context: EncodeContext): FieldKey {
  const shape = shapeOf(place);
  return {
    path: place.path,
    columns: shape.columns,
    indexable: shape.indexable,
    encode: (value, comparison = "eq") => {
      check(place, value, context);
      return shape.encodeChecked(value, comparison);
    },
  };
}

function shapeOf(place: FieldPlace): KeyShape {
  const { position, optional, column } = place;
  const names = place.path.split(".");
  const [only, ...others] = position.classes;
  const isScalar = only !== undefined && others.length === 0;
  if (!isScalar || position.object !== null || position.array !== null) return rankedKey(place);
  const isId = position.idTables !== null;
  if (column !== null && column.type !== "jsonb") {
    const nullable = !column.notNull;
    return singleKey({ sql: identifier(column.name), nullable }, column.type);
  }
  const type = documentTypeOf(only, isId);
  const value = castText(textAt(names, column), type);
  const nullable = optional || position.null;
  if (!optional || !position.null) return singleKey({ sql: value, nullable }, type);
  return presentKey(`((${jsonAt(names, column)}) is not null)`, value, type);
}

function singleKey(column: KeyColumn, type: ScalarType): KeyShape {
  return {
    columns: [column],
    indexable: true,
    encodeChecked: (value, comparison) => [encodeOrNull(value, type, comparison)],
  };
}

/** A field that may be null and absent: what tells these apart comes first. */
function presentKey(present: string, value: string, type: ScalarType): KeyShape {
  return {
    columns: [
      { sql: present, nullable: false },
      { sql: value, nullable: true },
    ],
    indexable: true,
    encodeChecked: (key, comparison) => [
      key === undefined ? "false" : "true",
      encodeOrNull(key, type, comparison),
    ],
  };
}

/** A field that may hold several kinds of values, or objects and lists: the rank comes first. */
function rankedKey({ path, position, column }: FieldPlace): KeyShape {
  const names = path.split(".");
  const json = jsonAt(names, column);
  const text = textAt(names, column);
  const classes = valueClasses.filter((valueClass) => position.classes.has(valueClass));
  const columns = [{ sql: rankSql(json, position, classes), nullable: false }];
  for (const valueClass of classes) {
    columns.push({ sql: `(${valueSql(valueClass, json, text, position)})`, nullable: true });
  }
  return {
    columns,
    indexable: false,
    encodeChecked: (value, comparison) => {
      const valueClass = classOf(value);
      return [
        String(rankOfValue(value, valueClass)),
        ...classes.map((of) =>
          of === valueClass ? encodeOrNull(value, documentTypeOf(of, false), comparison) : null,
        ),
      ];
    },
  };
}

function rankOfValue(value: unknown, valueClass: ValueClass | null): number {
  if (value === undefined) return ABSENT_RANK;
  if (value === null) return NULL_RANK;
  return valueClass === null ? STRUCTURE_RANK : rankOf(valueClass);
}

function rankSql(json: string, position: Position, classes: readonly ValueClass[]): string {
  const asText = classes.find((of) => stringClasses.has(of)) ?? "text";
  const tags = position.tagged ? classes.filter((of) => tagOf[of] !== undefined) : [];
  const tagged = tags.map(
    (of) =>
      ` when jsonb_typeof((${json})->${literal(tagOf[of] ?? "")}) = 'string' then ${rankOf(of)}`,
  );
  const object =
    tagged.length === 0 ? `${STRUCTURE_RANK}` : `case${tagged.join("")} else ${STRUCTURE_RANK} end`;
  const string = position.tagged ? rankOf("text") : rankOf(asText);
  return `(case jsonb_typeof(${json}) when 'null' then ${NULL_RANK} when 'number' then ${rankOf("number")} when 'boolean' then ${rankOf("boolean")} when 'string' then ${string} when 'object' then ${object} when 'array' then ${STRUCTURE_RANK} else ${ABSENT_RANK} end)`;
}

const stringClasses: ReadonlySet<ValueClass> = new Set(["text", "date", "bigint", "bytes"]);

const tagOf: Readonly<Partial<Record<ValueClass, string>>> = {
  date: "$date",
  bigint: "$bigint",
  bytes: "$bytes",
};

function valueSql(valueClass: ValueClass, json: string, text: string, position: Position): string {
  const tag = position.tagged ? tagOf[valueClass] : undefined;
  const type = documentTypeOf(valueClass, false);
  if (tag === undefined) {
    const jsonType = stringClasses.has(valueClass) ? "string" : valueClass;
    return `case when jsonb_typeof(${json}) = '${jsonType}' then ${castText(text, type)} end`;
  }
  const inner = `(${json})->>${literal(tag)}`;
  const isTagged = `jsonb_typeof((${json})->${literal(tag)}) = 'string'`;
  const value = valueClass === "bytes" ? `decode(${inner}, 'base64')` : castText(inner, type);
  return `case when ${isTagged} then ${value} end`;
}

/** The JSON at a path: `doc->'address'->'city'`. */
function jsonAt(names: readonly string[], column: PhysicalColumn | null): string {
  const { base, rest } = startOf(names, column);
  return [base, ...rest.map(literal)].join("->");
}

/** The text of the JSON at a path: `doc->'address'->>'city'`. */
function textAt(names: readonly string[], column: PhysicalColumn | null): string {
  const { base, rest } = startOf(names, column);
  const last = rest.at(-1);
  if (last === undefined) return `${base} #>> '{}'`;
  return `${[base, ...rest.slice(0, -1).map(literal)].join("->")}->>${literal(last)}`;
}

function startOf(names: readonly string[], column: PhysicalColumn | null) {
  return column === null
    ? { base: identifier(DOCUMENT_COLUMN), rest: names }
    : { base: identifier(column.name), rest: names.slice(1) };
}

function encodeOrNull(value: unknown, type: ScalarType, comparison: Comparison): string | null {
  if (value === undefined || value === null) return null;
  return encodeScalar(value as string, type, comparison);
}

/** Refuses what the field cannot hold: a comparison with it would be a mistake, or not SQL. */
function check(place: FieldPlace, value: unknown, context: EncodeContext): void {
  const { position } = place;
  const where = placeOf(context.table, [place.path]);
  if (value === undefined) {
    if (place.optional) return;
    throw invalidValue(where, "is always there, and is compared with undefined. Check the value.");
  }
  if (value === null) {
    if (position.null) return;
    throw invalidValue(where, "is never null, and is compared with null. Check the value.");
  }
  const valueClass = classOf(value);
  if (valueClass === null || !position.classes.has(valueClass)) {
    const what = valueClass ?? (typeof value === "object" ? "object" : typeof value);
    const holds = [...position.classes].map((of) => (of === "text" ? "string" : of)).join(" or ");
    throw invalidValue(
      where,
      `is compared with a value of another kind (${what}); it holds ${holds || "nothing that can be compared"}.`,
    );
  }
  if (typeof value === "string") checkText(position, value, where, context);
  if (typeof value === "number" && Number.isNaN(value)) {
    throw invalidValue(
      where,
      "is compared with NaN, which is no value. Check how it was computed.",
    );
  }
  if (value instanceof Date && Number.isNaN(value.getTime())) {
    throw invalidValue(where, "is compared with an invalid Date. Check how it was made.");
  }
}

function checkText(
  position: Position,
  value: string,
  where: string,
  { tableNumber }: EncodeContext,
): void {
  const problem = textProblem(value);
  if (problem !== null) {
    throw invalidValue(where, `is compared with a text that contains ${problem}. Remove it.`);
  }
  const tables = position.idTables;
  if (tables === null) return;
  const isOfThese =
    isDocumentId(value) && tables.some((table) => tableNumber(table) === tableNumberOf(value));
  if (!isOfThese) throw wrongId(where, tables, value);
}
