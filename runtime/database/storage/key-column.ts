import { encodeBigint, encodeBytes } from "../values/scalar-text.js";
import type { ValueClass } from "../values/value-class.js";

/** How a value is compared with a column: an integer column rounds bounds that are not integers. */
export type Comparison = "eq" | "lt" | "lte" | "gt" | "gte";

/** One SQL expression of those that give a field its order. */
export interface KeyColumn {
  /** Used letter for letter by the index and by every query. */
  readonly sql: string;
  /** Whether it can be NULL, which comes first. */
  readonly nullable: boolean;
  readonly type: KeyType;
}

/** What a key column is of: `integer` for those that are counted, not stored. */
export type KeyType = ScalarType | "integer";

/** The types that a scalar has in Postgres: in an accessor over `doc`, or as a column. */
export type ScalarType =
  | "text"
  | "double precision"
  | "bigint"
  | "boolean"
  | "numeric"
  | "timestamp(3) with time zone"
  | "bytea"
  | "uuid";

/** The type that values of a kind are cast to when they are read out of a document. */
export function documentTypeOf(valueClass: ValueClass, isId: boolean): ScalarType {
  switch (valueClass) {
    case "text":
      return isId ? "uuid" : "text";
    case "number":
      return "double precision";
    case "bigint":
      return "numeric";
    case "bytes":
      return "bytea";
    case "date":
      // Its storage form is ordered by its bytes; a cast to a timestamp would not be immutable.
      return "text";
    case "boolean":
      return "boolean";
  }
}

/** The expression that reads a scalar out of JSON, given its text. */
export function castText(text: string, type: ScalarType): string {
  switch (type) {
    case "text":
      return `((${text}) collate "C")`;
    case "double precision":
      return `((${text})::float8)`;
    default:
      return `((${text})::${type})`;
  }
}

/** A value in the text form of its type, for a comparison. */
export function encodeScalar(
  value: string | number | boolean | bigint | Date | Uint8Array,
  type: ScalarType,
  comparison: Comparison,
): string {
  if (value instanceof Date) return encodeBoundDate(value, type);
  if (value instanceof Uint8Array) return encodeBytes(value);
  if (typeof value === "bigint") return encodeBigint(value);
  if (typeof value === "number" && type === "bigint") return encodeInteger(value, comparison);
  return String(value);
}

/** A bound may lie outside the years that can be stored: it is below or above all of them then. */
function encodeBoundDate(date: Date, type: ScalarType): string {
  const text = date.toISOString();
  if (!text.startsWith("-") && !text.startsWith("+") && !text.startsWith("0000")) return text;
  const isAbove = text.startsWith("+");
  if (type === "text") return isAbove ? "~" : "!";
  return isAbove ? "infinity" : "-infinity";
}

const LAST_INTEGER = "9223372036854775807";
const FIRST_INTEGER = "-9223372036854775808";

/** An integer column holds safe integers alone, so its last value equals none of them. */
function encodeInteger(value: number, comparison: Comparison): string {
  if (comparison === "eq" && !Number.isSafeInteger(value)) return LAST_INTEGER;
  const isUp = comparison === "lt" || comparison === "gte";
  const integer = isUp ? Math.ceil(value) : Math.floor(value);
  if (integer >= 2 ** 63) return LAST_INTEGER;
  return integer <= -(2 ** 63) ? FIRST_INTEGER : BigInt(integer).toString();
}
