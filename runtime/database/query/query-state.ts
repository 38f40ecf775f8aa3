import type { FieldKey } from "../storage/field-key.js";
import type { IndexStorage } from "../storage/index-storage.js";
import type { KeyColumn } from "../storage/key-column.js";
import { ID_COLUMN } from "../storage/system-fields.js";
import type { TableStorage } from "../storage/table-storage.js";
import type { FilterNode } from "./expression.js";
import type { Range } from "./range.js";
import type { KeyBound, KeyValues } from "./segments.js";

/** A query as its builder has it: plain data, which nothing changes. */
export interface QueryState {
  readonly table: TableStorage;
  readonly index: IndexStorage | null;
  readonly range: Range;
  readonly direction: "asc" | "desc";
  /** The field to sort by; `null` follows the index. */
  readonly sortField: string | null;
  readonly filters: readonly FilterNode[];
}

/** One field of an order: its columns, and its path in documents. */
export interface OrderField {
  readonly path: string;
  readonly columns: readonly KeyColumn[];
  readonly encodeStored: (value: unknown) => KeyValues;
}

/** What all queries have in common that fix as many fields of an index and sort alike. */
export interface ScanShape {
  /** Fields that the range holds at one value. They are no part of the order. */
  readonly fixedFields: readonly FieldKey[];
  readonly fixed: readonly KeyColumn[];
  /** The field behind those, which the range may bound. */
  readonly next: FieldKey | null;
  /** The order of what is left: no two documents are equal in it. */
  readonly order: readonly OrderField[];
  readonly orderColumns: readonly KeyColumn[];
  /** Whether the order is the index's, and bounds are bounds of the order. */
  readonly followsIndex: boolean;
}

/** In which order a query reads, and what of that order it reads. */
export interface Scan {
  readonly shape: ScanShape;
  readonly fixedValues: KeyValues;
  /** The range within the order. */
  readonly range: KeyRange;
  /** Conditions of the range that the order has nothing to do with, where a field is sorted by. */
  readonly outside: { readonly columns: readonly KeyColumn[]; readonly range: KeyRange } | null;
}

export interface KeyRange {
  readonly lower: KeyBound | null;
  readonly upper: KeyBound | null;
}

const everything: KeyRange = Object.freeze({ lower: null, upper: null });

/** @throws {ConvoyError} `unknown-field`, `invalid-value`, `invalid-id` or `wrong-table-id`. */
export function scanOf(state: QueryState): Scan {
  const { range } = state;
  const shape = shapeOf(state);
  const { fixedFields, next, followsIndex } = shape;
  const fixedValues: (string | null)[] = [];
  for (const [at, field] of fixedFields.entries()) {
    fixedValues.push(...field.encode(range.equalities[at]));
  }
  const bounds = next === null ? everything : boundsOf(next, range);
  if (followsIndex) return { shape, fixedValues, range: bounds, outside: null };
  const outside = next === null ? null : { columns: next.columns, range: bounds };
  return { shape, fixedValues, range: everything, outside };
}

/** The shapes that follow an index, or the ids of a table, by the number of fields that are fixed. */
const indexShapes = new WeakMap<IndexStorage | TableStorage, ScanShape[]>();

function shapeOf({ table, index, range, sortField }: QueryState): ScanShape {
  const count = range.equalities.length;
  const known = indexShapes.get(index ?? table) ?? [];
  let shape = known[count];
  if (shape === undefined) {
    shape = indexShape(table, index, count);
    known[count] = shape;
    indexShapes.set(index ?? table, known);
  }
  if (sortField === null) return shape;
  if (sortField === "_id" || sortField === "_creationTime") return sortedBy(shape, [idOf(table)]);
  if (sortField === shape.next?.path) return shape;
  return sortedBy(shape, [table.field(sortField), idOf(table)]);
}

function indexShape(table: TableStorage, index: IndexStorage | null, count: number): ScanShape {
  const fields = index?.fields ?? [];
  const fixedFields = fields.slice(0, count);
  const rest = fields.slice(count);
  const order = index === null || index.endsInId ? [...rest, idOf(table)] : rest;
  return {
    fixedFields,
    fixed: fixedFields.flatMap((field) => field.columns),
    next: rest[0] ?? null,
    order,
    orderColumns: order.flatMap((field) => field.columns),
    followsIndex: true,
  };
}

function sortedBy(shape: ScanShape, order: readonly OrderField[]): ScanShape {
  const orderColumns = order.flatMap((field) => field.columns);
  return { ...shape, order, orderColumns, followsIndex: false };
}

function idOf(table: TableStorage): OrderField {
  return {
    path: "_id",
    columns: [{ sql: ID_COLUMN, nullable: false, type: "uuid" }],
    encodeStored: table.field("_id").encodeStored,
  };
}

function boundsOf(field: FieldKey, { lower, upper }: Range): KeyRange {
  if (lower === null && upper === null) return everything;
  return {
    lower: lower && {
      values: field.encode(lower.value, lower.operator),
      inclusive: lower.operator === "gte",
    },
    upper: upper && {
      values: field.encode(upper.value, upper.operator),
      inclusive: upper.operator === "lte",
    },
  };
}
