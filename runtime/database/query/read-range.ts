import type { IndexRange } from "../reads/read-recorder.js";
import type { StoredDocument } from "../storage/document-codec.js";
import { encodeKeyTexts, keyPrefixEnd } from "../values/key-text.js";
import { placeOfDocument } from "./cursor.js";
import type { KeyRange, QueryState, Scan } from "./query-state.js";
import type { KeyBound } from "./segments.js";

/**
 * The part of an index that a query has read: all of its range, or as far as the last document where
 * it stopped at a limit. Filters do not narrow it: they are about what is in the documents.
 *
 * @param range the part of the order that was asked for.
 * @param last the last document that was read, where there may be more behind it; else `null`.
 */
export function readRange(
  state: QueryState,
  scan: Scan,
  range: KeyRange,
  last: StoredDocument | null,
): IndexRange {
  const { shape, fixedValues, outside } = scan;
  const columns = [...shape.fixed, ...(outside?.columns ?? shape.orderColumns)];
  const { lower, upper } = shape.followsIndex
    ? narrowed(state, scan, range, last)
    : // Sorted by something else: it had to read all of it to know what comes first.
      (outside?.range ?? { lower: null, upper: null });
  const keyOf = (bound: KeyBound | null): string =>
    encodeKeyTexts(columns, [...fixedValues, ...(bound?.values ?? [])]);
  const start = keyOf(lower);
  const end = keyOf(upper);
  return {
    tableNumber: state.table.number,
    index: state.index?.name ?? null,
    start: lower === null || lower.inclusive ? start : (keyPrefixEnd(start) ?? start),
    end: upper === null || upper.inclusive ? keyPrefixEnd(end) : end,
  };
}

/** Up to the last document, which was read itself. */
function narrowed(
  { direction }: QueryState,
  scan: Scan,
  range: KeyRange,
  last: StoredDocument | null,
): KeyRange {
  const { order } = scan.shape;
  if (last === null || order.length === 0) return range;
  const place = placeOfDocument(scan, last);
  const values = order.flatMap((field, at) => field.encodeStored(place[at]));
  const bound: KeyBound = { values, inclusive: true };
  return direction === "asc" ? { ...range, upper: bound } : { ...range, lower: bound };
}
