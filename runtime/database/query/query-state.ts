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

/** In which order a query reads, and what of that order it reads. */
export interface Scan {
  /** Fields that the range holds at one value. They are no part of the order. */
  readonly fixed: readonly KeyColumn[];
  readonly fixedValues: KeyValues;
  /** The order of what is left: no two documents are equal in it. */
  readonly order: readonly OrderField[];
  /** The range within that order. */
  readonly lower: KeyBound | null;
  readonly upper: KeyBound | null;
  /** Conditions of the range that the order has nothing to do with, where a field is sorted by. */
  readonly outside: { readonly columns: readonly KeyColumn[]; readonly range: KeyRange } | null;
}

export interface KeyRange {
  readonly lower: KeyBound | null;
  readonly upper: KeyBound | null;
}

/** @throws {ConvoyError} `unknown-field`, `invalid-value`, `invalid-id` or `wrong-table-id`. */
export function scanOf(state: QueryState): Scan {
  const { table, index, range, sortField } = state;
  const fields = index?.fields ?? [];
  const fixedFields = fields.slice(0, range.equalities.length);
  const fixed = fixedFields.flatMap((field) => field.columns);
  const fixedValues = fixedFields.flatMap((field, at) => field.encode(range.equalities[at]));
  const next = fields[fixedFields.length];
  const bounds = boundsOf(next ?? null, range);
  const id: OrderField = {
    path: "_id",
    columns: [{ sql: ID_COLUMN, nullable: false }],
    encodeStored: table.field("_id").encodeStored,
  };
  const isId = sortField === "_id" || sortField === "_creationTime";
  if (sortField === null || (sortField === next?.path && !isId)) {
    const rest = fields.slice(fixedFields.length);
    const order = index === null || index.endsInId ? [...rest, id] : rest;
    return { fixed, fixedValues, order, ...bounds, outside: null };
  }
  const order = isId ? [id] : [table.field(sortField), id];
  const outside = next === undefined ? null : { columns: next.columns, range: bounds };
  return { fixed, fixedValues, order, lower: null, upper: null, outside };
}

function boundsOf(field: OrderFieldWithEncode | null, { lower, upper }: Range): KeyRange {
  if (field === null) return { lower: null, upper: null };
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

type OrderFieldWithEncode = IndexStorage["fields"][number];
