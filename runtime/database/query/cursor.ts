import { ConvoyError } from "../../../protocol/errors.js";
import { decodeWire, encodeWire } from "../../../protocol/wire-value.js";
import { valueAt } from "../storage/document-codec.js";
import { compareValues } from "../values/compare.js";
import { classOf } from "../values/value-class.js";
import type { QueryState, Scan } from "./query-state.js";
import type { KeyBound } from "./segments.js";

/** The values of a document in the order of a scan: where reading goes on behind it. */
export type Place = readonly unknown[];

export function placeOfDocument(
  { shape }: Scan,
  document: Readonly<Record<string, unknown>>,
): Place {
  return shape.order.map(({ path }) => valueAt(document, path));
}

/** The bound behind a place. */
export function behind({ shape }: Scan, place: Place): KeyBound {
  const values = shape.order.flatMap((field, at) => field.encodeStored(place[at]));
  return { values, inclusive: false };
}

/** Objects and lists have no order among themselves: that there is one is all a cursor says. */
const STRUCTURE = "structure";
const ABSENT = "absent";

function isStructure(value: unknown): boolean {
  return typeof value === "object" && value !== null && classOf(value) === null;
}

/** The text of a cursor; `null` stands before the first document. */
export function encodeCursor(state: QueryState, place: Place | null): string {
  const values = place?.map((value) => {
    if (value === undefined) return ABSENT;
    return isStructure(value) ? STRUCTURE : [encodeWire(value)];
  });
  const json = JSON.stringify([fingerprint(state), values ?? null]);
  return Buffer.from(json).toString("base64url");
}

/** @throws {ConvoyError} `invalid-cursor` for what is no cursor of this query. */
export function decodeCursor(state: QueryState, scan: Scan, cursor: string): Place | null {
  const place = parse(state, cursor);
  if (place === null) return null;
  if (place.length !== scan.shape.order.length || !isWithin(state, place))
    throw invalidCursor(state);
  try {
    behind(scan, place);
    for (const [at, { path }] of scan.shape.order.entries()) {
      if (!isStructure(place[at])) state.table.field(path).check(place[at]);
    }
  } catch (cause) {
    throw invalidCursor(state, cause);
  }
  return place;
}

function parse(state: QueryState, cursor: string): Place | null {
  try {
    const json: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString());
    if (!Array.isArray(json) || json[0] !== fingerprint(state)) throw invalidCursor(state);
    const values: unknown = json[1];
    if (values === null) return null;
    if (!Array.isArray(values)) throw invalidCursor(state);
    return values.map((value: unknown) => {
      if (value === ABSENT) return undefined;
      if (value === STRUCTURE) return {};
      if (Array.isArray(value) && value.length === 1) return decodeWire(value[0]);
      throw invalidCursor(state);
    });
  } catch (cause) {
    throw cause instanceof ConvoyError && cause.code === "invalid-cursor"
      ? cause
      : invalidCursor(state, cause);
  }
}

/**
 * Whether a place is inside the range. A cursor takes the place of a bound of the range, and comes
 * from a client, who must not read beyond the range with a cursor of another.
 */
function isWithin({ range, sortField, index, direction }: QueryState, place: Place): boolean {
  const next = index?.fields[range.equalities.length]?.path;
  if (next === undefined || (sortField !== null && sortField !== next)) return true;
  const bound = direction === "asc" ? range.lower : range.upper;
  if (bound === null) return true;
  const order = compareValues(place[0], bound.value);
  switch (bound.operator) {
    case "gt":
      return order > 0;
    case "gte":
      return order >= 0;
    case "lt":
      return order < 0;
    case "lte":
      return order <= 0;
  }
}

/** What two queries must have in common for a cursor of one to mean something to the other. */
function fingerprint({ table, index, range, direction, sortField }: QueryState): string {
  return [
    table.name,
    index?.name ?? "",
    range.equalities.length,
    direction,
    sortField ?? "",
  ].join();
}

function invalidCursor({ table }: QueryState, cause?: unknown): ConvoyError {
  return new ConvoyError(
    "invalid-cursor",
    `The cursor does not belong to this query of table "${table.name}". Pass null for the first page, then the continueCursor of the page before.`,
    { status: 400, cause },
  );
}
