import { compareValues } from "../../../runtime/database/values/compare.js";
import { fieldOf, type ModelDocument, type ModelTable } from "./model-table.js";
import type {
  ComparisonOperator,
  ConditionDescription,
  IndexUse,
  OperandDescription,
  QueryDescription,
} from "./query-description.js";

/** Stands for the error of a query that found more than it may. */
export const notUnique = "not-unique";

/** What a query gives, by definition: every document is looked at, and what is left is sorted. */
export function evaluateQuery(table: ModelTable, query: QueryDescription): unknown {
  const found = documentsOf(table, query);
  const { terminal } = query;
  switch (terminal.kind) {
    case "collect":
    case "iterate":
    case "paginate":
      return found;
    case "take":
      return found.slice(0, terminal.n);
    case "first":
      return found[0] ?? null;
    case "unique":
      return found.length > 1 ? notUnique : (found[0] ?? null);
    case "count":
      return found.length;
  }
}

/** The documents of a query, in its order. */
export function documentsOf(table: ModelTable, query: QueryDescription): readonly ModelDocument[] {
  const { index, filters } = query;
  const found = table.documents.filter(
    (document) =>
      (index === null || isInRange(document, index)) &&
      filters.every((filter) => isTrue(document, filter)),
  );
  const ascending = found.toSorted(comparingBy(orderOf(query)));
  return query.order?.direction === "desc" ? ascending.toReversed() : ascending;
}

/**
 * The fields that a query is ordered by, the id last. A query that is to be sorted by the field
 * that comes next in its index goes on as the index does.
 */
function orderOf({ index, order }: QueryDescription): readonly string[] {
  const fields = index?.fields ?? [];
  const field = order?.field ?? null;
  if (field === null) return [...fields, "_id"];
  const next = index?.equal.length ?? 0;
  return fields[next] === field ? [...fields.slice(next), "_id"] : [field, "_id"];
}

function comparingBy(paths: readonly string[]) {
  return (a: ModelDocument, b: ModelDocument): number => {
    for (const path of paths) {
      const order = compareValues(fieldOf(a, path), fieldOf(b, path));
      if (order !== 0) return order;
    }
    return 0;
  };
}

function isInRange(document: ModelDocument, { fields, equal, lower, upper }: IndexUse): boolean {
  const values = fields.map((path) => fieldOf(document, path));
  const next = values[equal.length];
  return (
    equal.every((value, at) => compareValues(values[at], value) === 0) &&
    (lower === null || holds(lower.operator, compareValues(next, lower.value))) &&
    (upper === null || holds(upper.operator, compareValues(next, upper.value)))
  );
}

function isTrue(document: ModelDocument, condition: ConditionDescription): boolean {
  switch (condition.kind) {
    case "literal":
      return condition.value;
    case "field":
      return fieldOf(document, condition.path) === true;
    case "not":
      return !isTrue(document, condition.condition);
    case "and":
      return condition.conditions.every((inner) => isTrue(document, inner));
    case "or":
      return condition.conditions.some((inner) => isTrue(document, inner));
    case "comparison": {
      const valueOf = (operand: OperandDescription) =>
        operand.kind === "literal" ? operand.value : fieldOf(document, operand.path);
      const order = compareValues(valueOf(condition.left), valueOf(condition.right));
      return holds(condition.operator, order);
    }
  }
}

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
