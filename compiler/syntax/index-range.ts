import type ts from "typescript";
import { type NameArgument, nameArgument } from "./name-argument.js";
import type { Scopes } from "./scope.js";
import { callbackResult, type TypeScript, unwrap } from "./tree.js";

export type RangeOperator = "eq" | "gt" | "gte" | "lt" | "lte";

/** One call of a range: `.gte("createdAt", since)`. */
export interface RangeStep {
  readonly operator: RangeOperator;
  readonly call: ts.CallExpression;
  readonly field: NameArgument;
  readonly value: ts.Expression | null;
}

const operators: ReadonlySet<string> = new Set<RangeOperator>(["eq", "gt", "gte", "lt", "lte"]);

/**
 * The steps that the callback of `.withIndex(name, callback)` takes, in their order, or `null`
 * where they depend on what happens at run time.
 */
export function rangeSteps(
  ts: TypeScript,
  callback: ts.Expression,
  scopes: Scopes,
): readonly RangeStep[] | null {
  const body = callbackResult(ts, callback);
  if (body === null) return null;
  const steps: RangeStep[] = [];
  let at = unwrap(ts, body.result);
  while (ts.isCallExpression(at)) {
    const callee = at.expression;
    if (!ts.isPropertyAccessExpression(callee) || !operators.has(callee.name.text)) return null;
    const [field, value] = at.arguments;
    if (field === undefined) return null;
    steps.push({
      operator: callee.name.text as RangeOperator,
      call: at,
      field: nameArgument(ts, field, scopes),
      value: value ?? null,
    });
    at = unwrap(ts, callee.expression);
  }
  if (!ts.isIdentifier(at) || at.text !== body.parameter) return null;
  if (steps.some((step) => step.field.name === null)) return null;
  return steps.toReversed();
}
