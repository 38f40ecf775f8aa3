import { ConvoyError } from "../../../protocol/errors.js";
import type { IndexStorage } from "../storage/index-storage.js";

export interface LowerBound {
  readonly operator: "gt" | "gte";
  readonly value: unknown;
}

export interface UpperBound {
  readonly operator: "lt" | "lte";
  readonly value: unknown;
}

/** The part of an index that a query reads: equalities, then bounds of the field behind them. */
export interface Range {
  readonly equalities: readonly unknown[];
  readonly lower: LowerBound | null;
  readonly upper: UpperBound | null;
}

export const wholeIndex: Range = Object.freeze({ equalities: [], lower: null, upper: null });

/** The value behind `IndexRangeBuilder`: each call returns a new range. */
interface RangeBuilder {
  readonly range: Range;
  eq(field: string, value: unknown): RangeBuilder;
  gt(field: string, value: unknown): RangeBuilder;
  gte(field: string, value: unknown): RangeBuilder;
  lt(field: string, value: unknown): RangeBuilder;
  lte(field: string, value: unknown): RangeBuilder;
}

/**
 * Runs the callback of `withIndex`.
 *
 * @throws {ConvoyError} `invalid-index-range`, where types would have said so.
 */
export function buildRange(
  table: string,
  index: IndexStorage,
  build: (builder: RangeBuilder) => unknown,
): Range {
  const made = new WeakSet<object>();
  const builder = (range: Range): RangeBuilder => {
    const next = (field: string, change: Partial<Range>): RangeBuilder => {
      const expected = index.fields[range.equalities.length]?.path;
      if (field !== expected) throw outOfOrder(table, index, field, expected);
      return builder({ ...range, ...change });
    };
    const lower = (operator: LowerBound["operator"]) => (field: string, value: unknown) => {
      if (range.lower !== null) throw twice(table, index, "lower");
      return next(field, { lower: { operator, value } });
    };
    const upper = (operator: UpperBound["operator"]) => (field: string, value: unknown) => {
      if (range.upper !== null) throw twice(table, index, "upper");
      return next(field, { upper: { operator, value } });
    };
    const step: RangeBuilder = Object.freeze({
      range,
      eq(field: string, value: unknown) {
        if (range.lower !== null || range.upper !== null) {
          throw invalid(
            table,
            index,
            `has an equality on "${field}" after a bound. Put it before.`,
          );
        }
        return next(field, { equalities: [...range.equalities, value] });
      },
      gt: lower("gt"),
      gte: lower("gte"),
      lt: upper("lt"),
      lte: upper("lte"),
    });
    made.add(step);
    return step;
  };
  const result = build(builder(wholeIndex));
  if (typeof result === "object" && result !== null && made.has(result)) {
    return (result as RangeBuilder).range;
  }
  throw invalid(table, index, 'must be returned from its callback: (q) => q.eq("field", value).');
}

function outOfOrder(
  table: string,
  index: IndexStorage,
  field: string,
  expected: string | undefined,
): ConvoyError {
  const names = index.fields.map(({ path }) => path).join(", ");
  const advice =
    expected === undefined
      ? "All of its fields have a condition already."
      : `The next field is "${expected}".`;
  return invalid(
    table,
    index,
    `has a condition on "${field}" where the index has another field (fields: ${names}). ${advice}`,
  );
}

function twice(table: string, index: IndexStorage, which: string): ConvoyError {
  return invalid(table, index, `has two ${which} bounds. Keep one.`);
}

function invalid(table: string, index: IndexStorage, problem: string): ConvoyError {
  return new ConvoyError(
    "invalid-index-range",
    `The range of index "${index.name}" of table "${table}" ${problem}`,
  );
}
