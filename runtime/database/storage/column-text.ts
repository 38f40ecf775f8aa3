import type { PhysicalColumn } from "../../postgres/schema/physical-schema.js";
import { decodeBytes } from "../values/scalar-text.js";
import type { Decode } from "./decode-value.js";
import type { EncodedField } from "./document-codec.js";
import { encodeScalar } from "./key-column.js";
import type { Position } from "./position.js";

/** A field in its own column, in Postgres's text form. */
export function encodeColumn(
  column: PhysicalColumn,
  field: EncodedField | undefined,
): string | null {
  if (field === undefined || field.value === null) return null;
  if (column.type === "jsonb") return JSON.stringify(field.encoded);
  return encodeScalar(field.value as string, column.type, "eq");
}

/** The value of a field's own column; `undefined` where the document has none. */
export function decodeColumn(
  column: PhysicalColumn,
  position: Position,
  text: string | null,
  decode: Decode | null,
): unknown {
  // A column has one NULL: a promoted field may be null or absent, never both.
  if (text === null) return position.null ? null : undefined;
  switch (column.type) {
    case "jsonb": {
      const json: unknown = JSON.parse(text);
      return decode === null ? json : decode(json);
    }
    case "double precision":
    case "bigint":
      return Number(text);
    case "boolean":
      // As Postgres writes it, and as `encodeColumn` does.
      return text === "t" || text === "true";
    case "numeric":
      return BigInt(text);
    case "timestamp(3) with time zone":
      return decodeTimestamp(text);
    case "bytea":
      return decodeBytes(text);
    default:
      return text;
  }
}

/** Postgres writes `2026-11-22 20:37:50.123+00`; sessions of ours are in UTC. */
function decodeTimestamp(text: string): Date {
  const iso = text.replace(" ", "T").replace(/([+-]\d\d)(?::?(\d\d))?$/, "$1:$2");
  const date = new Date(iso.endsWith(":") ? `${iso}00` : iso);
  if (Number.isNaN(date.getTime())) throw new TypeError("Not a timestamp.");
  return date;
}
