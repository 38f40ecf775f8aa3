import type ts from "typescript";
import type { SchemaFacts } from "../../compiler/model/facts.js";
import { equalityPrefix, type KnownQuery } from "../../compiler/rules/database-uses.js";
import type { FilterUse } from "../../compiler/syntax/query-chain.js";
import { callbackResult, unwrap } from "../../compiler/syntax/tree.js";
import { accessor, quoted } from "./accessor.js";

const operators: Readonly<Record<string, string>> = {
  eq: "=",
  neq: "<>",
  gt: ">",
  gte: ">=",
  lt: "<",
  lte: "<=",
};

/**
 * The SQL of a query, for a person to read. Null and absent values, which the real statement treats
 * apart, are left out.
 */
export function querySql(typescript: typeof ts, schema: SchemaFacts, known: KnownQuery): string {
  const { query, table } = known;
  const parameters: string[] = [];
  const compare = (field: string | null, operator: string, value: ts.Expression | null): string => {
    parameters.push(value === null ? "…" : textOf(value));
    const left = field === null ? "…" : accessor(schema, table, field);
    return `${left} ${operators[operator] ?? operator} $${parameters.length}`;
  };
  const range = query.index?.steps?.map(({ field, operator, value }) =>
    compare(field.name, operator, value),
  );
  const conditions = range ?? ["… /* the range depends on what happens at run time */"];
  if (query.index === null) conditions.length = 0;
  for (const filter of query.filters) {
    for (const { field, operator, value } of filter.conditions) {
      conditions.push(compare(field.name, operator, value));
    }
    if (!isWhole(typescript, filter)) conditions.push("… /* the rest of .filter(…) */");
  }
  const columns = table.relational || table.promoted.length > 0 ? "*" : "id, doc";
  const isCount = query.terminal?.name === "count";
  const lines = [
    `select ${isCount ? "count(*)" : columns} from ${quoted(table.name)}`,
    ...conditions.map((condition, at) => `${at === 0 ? "where" : "  and"} ${condition}`),
    ...(isCount ? [] : [`order by ${orderSql(schema, known)}`]),
    ...limitSql(known),
    ...parameters.map((value, at) => `-- $${at + 1} = ${value}`),
  ];
  return lines.join("\n");
}

function orderSql(schema: SchemaFacts, known: KnownQuery): string {
  const { query, table, index } = known;
  const [order] = query.orders;
  const field = order?.field?.name ?? null;
  const fields = field !== null ? [field] : (index?.fields.slice(equalityPrefix(known) ?? 0) ?? []);
  const columns = [...fields.map((path) => accessor(schema, table, path)), "id"];
  const suffix = order?.direction === "desc" ? " desc" : "";
  return [...new Set(columns)].map((column) => `${column}${suffix}`).join(", ");
}

function limitSql({ query: { terminal, node } }: KnownQuery): readonly string[] {
  switch (terminal?.name) {
    case "first":
      return ["limit 1"];
    case "unique":
      return ["limit 2"];
    case "take":
      return [`limit ${argumentOf(node) ?? "…"}`];
    case "paginate":
      return ["limit …  -- a page"];
    default:
      return [];
  }
}

function argumentOf(node: ts.Expression): string | null {
  const [argument] = (node as ts.CallExpression).arguments ?? [];
  return argument === undefined ? null : textOf(argument);
}

/** Whether the comparisons that are known are all that the filter says. */
function isWhole(typescript: typeof ts, { call, conditions }: FilterUse): boolean {
  const [callback] = call.arguments;
  const result = callback && callbackResult(typescript, callback)?.result;
  if (result === undefined) return false;
  const known = new Set<ts.Node>(conditions.map((condition) => condition.call));
  const isKnown = (expression: ts.Expression): boolean => {
    const inner = unwrap(typescript, expression);
    if (known.has(inner)) return true;
    return (
      typescript.isCallExpression(inner) &&
      typescript.isPropertyAccessExpression(inner.expression) &&
      inner.expression.name.text === "and" &&
      inner.arguments.every(isKnown)
    );
  };
  return isKnown(result);
}

const longestValue = 40;

/** A value as it is written, on one line. */
function textOf(value: ts.Expression): string {
  const text = value.getText().replaceAll(/\s+/g, " ");
  return text.length > longestValue ? `${text.slice(0, longestValue)}…` : text;
}
