import type { KeyColumn } from "../storage/key-column.js";
import type { Parameters } from "./parameters.js";

/** One value of each of the first columns of an order; `null` stands for NULL, which comes first. */
export type KeyValues = readonly (string | null)[];

/** Where a range starts or ends. */
export interface KeyBound {
  readonly values: KeyValues;
  /** Whether keys that begin with these values belong to the range. */
  readonly inclusive: boolean;
}

/**
 * A contiguous part of an order as the conditions of one index scan. Postgres has no operator for
 * "NULL or less than", so a range that crosses from NULLs to values has several segments.
 */
export type Segment = readonly Condition[];

type Condition =
  | { readonly kind: "equal"; readonly column: KeyColumn; readonly value: string }
  | { readonly kind: "null" | "not null"; readonly column: KeyColumn }
  | {
      readonly kind: "row";
      readonly operator: ">" | ">=" | "<" | "<=";
      readonly columns: readonly KeyColumn[];
      readonly values: readonly string[];
    };

/** The parts of the range between two bounds, in ascending order, none of which overlap. */
export function segmentsBetween(
  columns: readonly KeyColumn[],
  lower: KeyBound | null,
  upper: KeyBound | null,
): readonly Segment[] {
  if (lower === null) return below(columns, upper);
  if (upper === null) return above(columns, lower);
  return between(columns, lower, upper);
}

function between(
  columns: readonly KeyColumn[],
  lower: KeyBound,
  upper: KeyBound,
): readonly Segment[] {
  const [column, ...others] = columns;
  const [low, ...lowRest] = lower.values;
  const [high, ...highRest] = upper.values;
  if (column === undefined || low === undefined || high === undefined) {
    // The bounds began with the same values, and at least one of them ends here.
    if (low === undefined && lower.values.length === 0 && !lower.inclusive) return [];
    if (high === undefined && upper.values.length === 0 && !upper.inclusive) return [];
    return segmentsBetween(
      columns,
      low === undefined ? null : lower,
      high === undefined ? null : upper,
    );
  }
  if (low === high) {
    const inner = between(others, { ...lower, values: lowRest }, { ...upper, values: highRest });
    return inner.map((segment) => [equal(column, low), ...segment]);
  }
  // Nothing is below NULL, so what starts above it ends before it starts.
  if (high === null) return [];
  const atMost = row("<=", [column], [high]);
  if (low === null) {
    const nulls =
      lowRest.length > 0 || lower.inclusive ? above(others, { ...lower, values: lowRest }) : [];
    return [
      ...nulls.map((segment): Segment => [equal(column, null), ...segment]),
      ...below(columns, upper).filter((segment) => !startsAtNull(segment, column)),
    ];
  }
  const at = lower.values.indexOf(null);
  if (at === -1) {
    const start = row(operatorOf(lower, ">"), columns.slice(0, lower.values.length), lower.values);
    return below(columns, upper)
      .filter((segment) => !startsAtNull(segment, column))
      .map((segment) => [start, ...segment]);
  }
  // The lower bound names a NULL further on: what begins like it, then what is above its beginning.
  const start = lower.values.slice(0, at);
  const like = above(columns, lower).slice(0, -1);
  return [
    ...like.map((segment): Segment => [...segment, atMost]),
    ...between(columns, { values: start, inclusive: false }, upper),
  ];
}

/** The keys above a bound, in ascending order. */
function above(columns: readonly KeyColumn[], bound: KeyBound): readonly Segment[] {
  const { values, inclusive } = bound;
  if (values.length === 0) return inclusive ? [[]] : [];
  const at = values.indexOf(null);
  if (at === -1) {
    return [[row(operatorOf(bound, ">"), columns.slice(0, values.length), values)]];
  }
  const prefix = equals(columns, values.slice(0, at));
  const column = columns[at] as KeyColumn;
  const rest = values.slice(at + 1);
  const nulls =
    rest.length > 0 || inclusive ? above(columns.slice(at + 1), { values: rest, inclusive }) : [];
  return [
    ...nulls.map((segment): Segment => [...prefix, equal(column, null), ...segment]),
    [...prefix, { kind: "not null", column }],
    ...(at === 0 ? [] : [[row(">", columns.slice(0, at), values.slice(0, at))]]),
  ];
}

/** The keys below a bound, in ascending order. */
function below(columns: readonly KeyColumn[], bound: KeyBound | null): readonly Segment[] {
  if (bound === null) return [[]];
  const { values, inclusive } = bound;
  if (values.length === 0) return inclusive ? [[]] : [];
  const [column] = columns;
  const [first, ...rest] = values;
  if (column === undefined || first === undefined) return [[]];
  if (first === null) {
    const inner = below(columns.slice(1), { values: rest, inclusive });
    return inner.map((segment) => [equal(column, null), ...segment]);
  }
  const nulls: readonly Segment[] = column.nullable ? [[equal(column, null)]] : [];
  // As far as no NULL can stand between, one comparison of rows says it all.
  const stop = values.findIndex((value, at) => at > 0 && (value === null || columns[at]?.nullable));
  if (stop === -1) {
    return [...nulls, [row(operatorOf(bound, "<"), columns.slice(0, values.length), values)]];
  }
  const prefix = equals(columns, values.slice(0, stop));
  const inner = below(columns.slice(stop), { values: values.slice(stop), inclusive });
  return [
    ...nulls,
    [row("<", columns.slice(0, stop), values.slice(0, stop))],
    ...inner.map((segment): Segment => [...prefix, ...segment]),
  ];
}

function startsAtNull(segment: Segment, column: KeyColumn): boolean {
  return segment.some((condition) => condition.kind === "null" && condition.column === column);
}

/** The conditions that hold these columns at these values. */
export function equals(columns: readonly KeyColumn[], values: KeyValues): Segment {
  return values.map((value, at) => equal(columns[at] as KeyColumn, value));
}

function equal(column: KeyColumn, value: string | null): Condition {
  return value === null ? { kind: "null", column } : { kind: "equal", column, value };
}

function row(
  operator: ">" | ">=" | "<" | "<=",
  columns: readonly KeyColumn[],
  values: KeyValues,
): Condition {
  return { kind: "row", operator, columns, values: values as readonly string[] };
}

function operatorOf<Operator extends ">" | "<">(
  { inclusive }: KeyBound,
  operator: Operator,
): Operator | `${Operator}=` {
  return inclusive ? `${operator}=` : operator;
}

/** The conditions as SQL, to be joined by `and`. */
export function segmentSql(segment: Segment, parameters: Parameters): readonly string[] {
  return segment.map((condition) => {
    switch (condition.kind) {
      case "equal":
        return `${condition.column.sql} = ${parameters.add(condition.value)}`;
      case "null":
        return `${condition.column.sql} is null`;
      case "not null":
        return `${condition.column.sql} is not null`;
      case "row": {
        const left = condition.columns.map(({ sql }) => sql).join(", ");
        const right = condition.values.map((value) => parameters.add(value)).join(", ");
        if (condition.columns.length === 1) return `${left} ${condition.operator} ${right}`;
        return `(${left}) ${condition.operator} (${right})`;
      }
    }
  });
}
