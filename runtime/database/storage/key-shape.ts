import type { PhysicalColumn } from "../../postgres/schema/physical-schema.js";
import { identifier, literal } from "../../postgres/sql/identifier.js";
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

/** The columns of a field's key, and how a value of the field becomes one. */
export interface KeyShape {
  readonly columns: readonly KeyColumn[];
  readonly indexable: boolean;
  readonly ranked: RankedValue;
  readonly encode: (value: unknown, comparison: Comparison) => readonly (string | null)[];
}

/** A field as two things that those of any other field can be compared with. */
export interface RankedValue {
  /** The place of its kind of value in the order of values. */
  readonly rank: string;
  /** Its value by kind: NULL unless it is of that kind. Each kind has one type in SQL. */
  readonly values: ReadonlyMap<ValueClass, string>;
}

export function keyShapeOf(place: FieldPlace): KeyShape {
  const { position, optional, column } = place;
  const names = place.path.split(".");
  const [only, ...others] = position.classes;
  const isScalar = only !== undefined && others.length === 0;
  if (!isScalar || position.object !== null || position.array !== null) return rankedKey(place);
  const absentRank = optional ? ABSENT_RANK : NULL_RANK;
  if (column !== null && column.type !== "jsonb") {
    const { type, notNull } = column;
    const key = { sql: identifier(column.name), nullable: !notNull, type };
    return singleKey(key, type, only, absentRank);
  }
  const type = documentTypeOf(only, position.idTables !== null);
  const value = castText(textAt(names, column), type);
  const nullable = optional || position.null;
  if (!optional || !position.null) {
    return singleKey({ sql: value, nullable, type }, type, only, absentRank);
  }
  // A number: Postgres would turn `(… is not null) = false` into `… is null`, which is in no index.
  return presentKey(`num_nonnulls(${jsonAt(names, column)})`, value, type, only);
}

function singleKey(
  column: KeyColumn,
  type: ScalarType,
  valueClass: ValueClass,
  absentRank: number,
): KeyShape {
  const { sql } = column;
  return {
    columns: [column],
    indexable: true,
    ranked: {
      rank: `(case when ${sql} is null then ${absentRank} else ${rankOf(valueClass)} end)`,
      values: new Map([[valueClass, inDocument(sql, type)]]),
    },
    encode: (value, comparison) => [encodeOrNull(value, type, comparison)],
  };
}

/** A field that may be null and absent: what tells these apart comes first. */
function presentKey(
  present: string,
  value: string,
  type: ScalarType,
  valueClass: ValueClass,
): KeyShape {
  return {
    columns: [
      { sql: present, nullable: false, type: "integer" },
      { sql: value, nullable: true, type },
    ],
    indexable: true,
    ranked: {
      rank: `(case when ${present} = 0 then ${ABSENT_RANK} when ${value} is null then ${NULL_RANK} else ${rankOf(valueClass)} end)`,
      values: new Map([[valueClass, inDocument(value, type)]]),
    },
    encode: (key, comparison) => [
      key === undefined ? "0" : "1",
      encodeOrNull(key, type, comparison),
    ],
  };
}

/** What a column holds, as the type that the same kind of value has in a document. */
function inDocument(sql: string, type: ScalarType): string {
  switch (type) {
    case "uuid":
      return `((${sql})::text collate "C")`;
    case "bigint":
      return `((${sql})::float8)`;
    case "timestamp(3) with time zone":
      return `(to_char(${sql} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') collate "C")`;
    default:
      return sql;
  }
}

/** A field that may hold several kinds of values, or objects and lists: the rank comes first. */
function rankedKey({ path, position, optional, column }: FieldPlace): KeyShape {
  const names = path.split(".");
  // The NULL of a column stands for null or for absent, whichever the field can be.
  const isColumn = column !== null && names.length === 1;
  const missingRank = isColumn && !optional ? NULL_RANK : ABSENT_RANK;
  const json = jsonAt(names, column);
  const text = textAt(names, column);
  const classes = valueClasses.filter((valueClass) => position.classes.has(valueClass));
  const rank: KeyColumn = {
    sql: rankSql(json, position, classes, missingRank),
    nullable: false,
    type: "integer",
  };
  const columns = [rank];
  for (const valueClass of classes) {
    columns.push({
      sql: `(${valueSql(valueClass, json, text, position)})`,
      nullable: true,
      type: documentTypeOf(valueClass, false),
    });
  }
  return {
    columns,
    indexable: false,
    ranked: {
      rank: rank.sql,
      values: new Map(classes.map((of, at) => [of, columns[at + 1]?.sql ?? "null"])),
    },
    encode: (value, comparison) => {
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

function rankSql(
  json: string,
  position: Position,
  classes: readonly ValueClass[],
  missingRank: number,
): string {
  const asText = classes.find((of) => stringClasses.has(of)) ?? "text";
  const tags = position.tagged ? classes.filter((of) => tagOf[of] !== undefined) : [];
  const tagged = tags.map(
    (of) => ` when ${ifTaggedSql(json, tagOf[of] ?? "", "true", "false")} then ${rankOf(of)}`,
  );
  const object =
    tagged.length === 0 ? `${STRUCTURE_RANK}` : `case${tagged.join("")} else ${STRUCTURE_RANK} end`;
  const string = position.tagged ? rankOf("text") : rankOf(asText);
  return `(case jsonb_typeof(${json}) when 'null' then ${NULL_RANK} when 'number' then ${rankOf("number")} when 'boolean' then ${rankOf("boolean")} when 'string' then ${string} when 'object' then ${object} when 'array' then ${STRUCTURE_RANK} else ${missingRank} end)`;
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
  const value = valueClass === "bytes" ? `decode(${inner}, 'base64')` : castText(inner, type);
  return ifTaggedSql(json, tag, value, "null");
}

/**
 * A tag is an object's only property, and a string. The cases are in one another since Postgres may
 * take the conditions of an `and` in any order, and nothing can be taken out of a scalar.
 */
function ifTaggedSql(json: string, tag: string, value: string, otherwise: string): string {
  const isString = `jsonb_typeof((${json})->${literal(tag)}) = 'string'`;
  const isAlone = `(${json}) - ${literal(tag)} = '{}'`;
  return `case when ${isString} then case when ${isAlone} then ${value} else ${otherwise} end else ${otherwise} end`;
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
