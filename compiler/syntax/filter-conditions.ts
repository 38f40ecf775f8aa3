import type ts from "typescript";
import { type NameArgument, nameArgument } from "./name-argument.js";
import type { Scopes } from "./scope.js";
import { callbackResult, type TypeScript, unwrap } from "./tree.js";

/** A comparison of a field that every result must pass: `q.eq(q.field("status"), "done")`. */
export interface FilterCondition {
  readonly operator: string;
  readonly call: ts.CallExpression;
  readonly field: NameArgument;
  readonly value: ts.Expression;
}

const comparisons: ReadonlySet<string> = new Set(["eq", "neq", "lt", "lte", "gt", "gte"]);
const mirrored: Readonly<Record<string, string>> = { lt: "gt", lte: "gte", gt: "lt", gte: "lte" };

/** The comparisons of fields with values that are and-ed at the top of a filter's callback. */
export function filterConditions(
  ts: TypeScript,
  callback: ts.Expression,
  scopes: Scopes,
): readonly FilterCondition[] {
  const body = callbackResult(ts, callback);
  if (body === null) return [];
  const conditions: FilterCondition[] = [];

  const methodOf = (call: ts.CallExpression): string | null => {
    const callee = call.expression;
    if (!ts.isPropertyAccessExpression(callee)) return null;
    const builder = callee.expression;
    return ts.isIdentifier(builder) && builder.text === body.parameter ? callee.name.text : null;
  };
  const fieldOf = (expression: ts.Expression): NameArgument | null => {
    const call = unwrap(ts, expression);
    if (!ts.isCallExpression(call) || methodOf(call) !== "field") return null;
    const [name] = call.arguments;
    return name === undefined ? null : nameArgument(ts, name, scopes);
  };
  const visit = (expression: ts.Expression): void => {
    const call = unwrap(ts, expression);
    if (!ts.isCallExpression(call)) return;
    const method = methodOf(call);
    if (method === "and") return call.arguments.forEach(visit);
    const [left, right] = call.arguments;
    if (method === null || !comparisons.has(method)) return;
    if (left === undefined || right === undefined) return;
    const leftField = fieldOf(left);
    const rightField = fieldOf(right);
    if (leftField !== null && rightField === null) {
      conditions.push({ operator: method, call, field: leftField, value: right });
    } else if (rightField !== null && leftField === null) {
      const operator = mirrored[method] ?? method;
      conditions.push({ operator, call, field: rightField, value: left });
    }
  };
  visit(body.result);
  return conditions;
}
