import { isDocumentId, tableNumberOf } from "../ids/document-id.js";
import { wrongId } from "../ids/errors.js";
import { invalidValue, placeOf } from "../values/errors.js";
import { MAX_BIGINT_DIGITS } from "../values/limits.js";
import { encodeBigint } from "../values/scalar-text.js";
import { textProblem } from "../values/text.js";
import { classOf } from "../values/value-class.js";
import type { EncodeContext } from "./encode-value.js";
import type { FieldPlace } from "./field-place.js";
import type { Comparison, KeyColumn } from "./key-column.js";
import { keyShapeOf, type RankedValue } from "./key-shape.js";
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
  /** @throws {ConvoyError} `invalid-value` for a value that the field cannot hold. */
  readonly check: (value: unknown) => void;
  /** The key of a value that a document has: it may be an object or a list. */
  readonly encodeStored: (value: unknown) => readonly (string | null)[];
  /** For a comparison with another field, whatever that one holds. */
  readonly ranked: RankedValue;
}

export function createFieldKey(place: FieldPlace, context: EncodeContext): FieldKey {
  const shape = keyShapeOf(place);
  return {
    path: place.path,
    columns: shape.columns,
    indexable: shape.indexable,
    ranked: shape.ranked,
    encodeStored: (value) => shape.encode(value, "eq"),
    check: (value) => check(place, value, context),
    encode: (value, comparison = "eq") => {
      check(place, value, context);
      return shape.encode(value, comparison);
    },
  };
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
  if (typeof value === "bigint" && encodeBigint(value).length > MAX_BIGINT_DIGITS) {
    throw invalidValue(
      where,
      `is compared with a bigint of more than ${MAX_BIGINT_DIGITS} digits, which no field holds.`,
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
