/** What a filter is made of, as plain data. */
export type FilterNode =
  | { readonly kind: "field"; readonly path: string }
  | { readonly kind: "literal"; readonly value: unknown }
  | {
      readonly kind: "comparison";
      readonly operator: ComparisonOperator;
      readonly left: FilterNode;
      readonly right: FilterNode;
    }
  | { readonly kind: "and" | "or"; readonly conditions: readonly FilterNode[] }
  | { readonly kind: "not"; readonly condition: FilterNode };

export type ComparisonOperator = "eq" | "neq" | "lt" | "lte" | "gt" | "gte";

/** Nodes that the builder made: a document's object with the same properties is a literal. */
const nodes = new WeakSet<object>();

function node(of: FilterNode): FilterNode {
  nodes.add(Object.freeze(of));
  return of;
}

/** What a filter's callback returned or passed on: a node, or a literal value. */
export function toNode(operand: unknown): FilterNode {
  if (typeof operand === "object" && operand !== null && nodes.has(operand)) {
    return operand as FilterNode;
  }
  return { kind: "literal", value: operand };
}

const comparison =
  (operator: ComparisonOperator) =>
  (left: unknown, right: unknown): FilterNode =>
    node({ kind: "comparison", operator, left: toNode(left), right: toNode(right) });

/** The value behind `FilterBuilder`. */
export const filterBuilder: object = Object.freeze({
  field: (path: string) => node({ kind: "field", path }),
  eq: comparison("eq"),
  neq: comparison("neq"),
  lt: comparison("lt"),
  lte: comparison("lte"),
  gt: comparison("gt"),
  gte: comparison("gte"),
  and: (...conditions: readonly unknown[]) =>
    node({ kind: "and", conditions: conditions.map(toNode) }),
  or: (...conditions: readonly unknown[]) =>
    node({ kind: "or", conditions: conditions.map(toNode) }),
  not: (condition: unknown) => node({ kind: "not", condition: toNode(condition) }),
});
