import { ConvoyError } from "../../../protocol/errors.js";
import type { FieldKey } from "../storage/field-key.js";
import type { KeyColumn } from "../storage/key-column.js";
import type { TableStorage } from "../storage/table-storage.js";
import { compareValues } from "../values/compare.js";
import { type ComparisonOperator, type FilterNode, toNode } from "./expression.js";
import { filterTooLarge, MAX_FILTER_DEPTH } from "./filter-limits.js";
import type { Parameters } from "./parameters.js";

/**
 * A filter as SQL that is true or false and never NULL, by the order of values: what is absent or
 * null is less than every value.
 *
 * @throws {ConvoyError} `invalid-filter`, `filter-too-large`, `unknown-field` or `invalid-value`.
 */
export function filterSql(node: FilterNode, table: TableStorage, parameters: Parameters): string {
  return condition(node, 0);

  function condition(of: FilterNode, depth: number): string {
    if (depth > MAX_FILTER_DEPTH) {
      throw filterTooLarge(
        `has conditions more than ${MAX_FILTER_DEPTH} levels deep; q.or(a, b, c) is one level, where q.or(q.or(a, b), c) is two`,
      );
    }
    switch (of.kind) {
      case "literal":
        if (typeof of.value === "boolean") return String(of.value);
        throw invalidFilter(table, "returns a value that is no condition. Compare it: q.eq(a, b).");
      case "field":
        return comparison("eq", of, toNode(true), depth);
      case "not":
        return `(not ${condition(of.condition, depth + 1)})`;
      case "and":
      case "or": {
        if (of.conditions.length === 0) return String(of.kind === "and");
        return `(${of.conditions.map((each) => condition(each, depth + 1)).join(` ${of.kind} `)})`;
      }
      case "comparison":
        return comparison(of.operator, of.left, of.right, depth);
    }
  }

  function comparison(
    operator: ComparisonOperator,
    left: FilterNode,
    right: FilterNode,
    depth: number,
  ): string {
    if (left.kind === "field" && right.kind === "field") {
      return betweenFields(operator, table.field(left.path), table.field(right.path));
    }
    if (left.kind === "field" && right.kind === "literal") {
      return withLiteral(operator, table.field(left.path), right.value, parameters);
    }
    if (left.kind === "literal" && right.kind === "field") {
      return withLiteral(mirrored[operator], table.field(right.path), left.value, parameters);
    }
    if (left.kind === "literal" && right.kind === "literal") {
      return String(holds(operator, compareValues(left.value, right.value)));
    }
    return betweenConditions(operator, condition(left, depth + 1), condition(right, depth + 1));
  }
}

/** `5 < field` is `field > 5`. */
const mirrored: Readonly<Record<ComparisonOperator, ComparisonOperator>> = {
  eq: "eq",
  neq: "neq",
  lt: "gt",
  lte: "gte",
  gt: "lt",
  gte: "lte",
};

const symbols: Readonly<Record<ComparisonOperator, string>> = {
  eq: "=",
  neq: "<>",
  lt: "<",
  lte: "<=",
  gt: ">",
  gte: ">=",
};

function holds(operator: ComparisonOperator, order: number): boolean {
  switch (operator) {
    case "eq":
      return order === 0;
    case "neq":
      return order !== 0;
    case "lt":
      return order < 0;
    case "lte":
      return order <= 0;
    case "gt":
      return order > 0;
    case "gte":
      return order >= 0;
  }
}

/** The outcomes of two conditions: neither is NULL. */
function betweenConditions(operator: ComparisonOperator, left: string, right: string): string {
  return `((${left}) ${symbols[operator]} (${right}))`;
}

function withLiteral(
  operator: ComparisonOperator,
  field: FieldKey,
  value: unknown,
  parameters: Parameters,
): string {
  switch (operator) {
    case "eq":
      return `(${field
        .encode(value)
        .map((of, at) => equal(column(field, at), of, parameters))
        .join(" and ")})`;
    case "neq":
      return `(not ${withLiteral("eq", field, value, parameters)})`;
    case "lt":
      return beyond("<", field, field.encode(value, "lt"), parameters);
    case "gt":
      return beyond(">", field, field.encode(value, "gt"), parameters);
    case "lte":
      return `(not ${withLiteral("gt", field, value, parameters)})`;
    case "gte":
      return `(not ${withLiteral("lt", field, value, parameters)})`;
  }
}

function column(field: FieldKey, at: number): KeyColumn {
  return field.columns[at] as KeyColumn;
}

function equal({ sql, nullable }: KeyColumn, value: string | null, parameters: Parameters): string {
  if (value === null) return `${sql} is null`;
  const test = `${sql} = ${parameters.add(value)}`;
  return nullable ? `coalesce(${test}, false)` : test;
}

/** Whether the key of the field comes before, or after, the key of the value, column by column. */
function beyond(
  operator: "<" | ">",
  field: FieldKey,
  key: readonly (string | null)[],
  parameters: Parameters,
): string {
  const alternatives = key.map((value, at) => {
    const before = key
      .slice(0, at)
      .map((earlier, index) => equal(column(field, index), earlier, parameters));
    return [...before, beyondOne(operator, column(field, at), value, parameters)].join(" and ");
  });
  return `(${alternatives.join(" or ")})`;
}

function beyondOne(
  operator: "<" | ">",
  { sql, nullable }: KeyColumn,
  value: string | null,
  parameters: Parameters,
): string {
  if (value === null) return operator === "<" ? "false" : `${sql} is not null`;
  const test = `${sql} ${operator} ${parameters.add(value)}`;
  // NULL comes before every value.
  return nullable ? `coalesce(${test}, ${operator === "<"})` : test;
}

/** Two fields: their kinds of value first, then the values of the kind that both are of. */
function betweenFields(operator: ComparisonOperator, left: FieldKey, right: FieldKey): string {
  const sameKind = `${left.ranked.rank} = ${right.ranked.rank}`;
  const common = [...left.ranked.values].flatMap(([valueClass, value]) => {
    const other = right.ranked.values.get(valueClass);
    return other === undefined ? [] : { value, other };
  });
  const compare = (symbol: string, otherwise: boolean) => {
    const tests = common.map(({ value, other }) => `${value} ${symbol} ${other}`);
    return `coalesce(${[...tests, otherwise].join(", ")})`;
  };
  switch (operator) {
    case "eq":
      return `(${sameKind} and ${compare("=", true)})`;
    case "neq":
      return `(not ${betweenFields("eq", left, right)})`;
    case "lt":
      return `(${left.ranked.rank} < ${right.ranked.rank} or (${sameKind} and ${compare("<", false)}))`;
    case "gt":
      return betweenFields("lt", right, left);
    case "lte":
      return `(not ${betweenFields("lt", right, left)})`;
    case "gte":
      return `(not ${betweenFields("lt", left, right)})`;
  }
}

function invalidFilter({ name }: TableStorage, problem: string): ConvoyError {
  return new ConvoyError("invalid-filter", `The filter of a query of table "${name}" ${problem}`);
}
