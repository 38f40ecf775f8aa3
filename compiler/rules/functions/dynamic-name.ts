import type ts from "typescript";
import type { NameArgument } from "../../syntax/name-argument.js";
import { isLiteralName } from "../../syntax/name-argument.js";
import { unwrap } from "../../syntax/tree.js";
import { usesIn } from "../database-uses.js";
import type { Finding, SourceRule, SourceRuleContext } from "../rule.js";

export const dynamicName: SourceRule = {
  on: "source",
  code: "CV2011",
  name: "dynamic-name",
  severity: "warning",
  summary: "The name of a table or index is known only at run time, so nothing can check its use.",
  fixes: [],
  example: {
    bad: "ctx.db.query(args.table).take(10)",
    good: 'ctx.db.query("projects").take(10)',
  },
  *check(context) {
    const { queries, operations } = usesIn(context);
    for (const query of queries) {
      yield* checkName(context, query.table, "table");
      if (query.index !== null) yield* checkName(context, query.index.index, "index");
    }
    for (const operation of operations) {
      if (operation.table !== null) yield* checkName(context, operation.table, "table");
    }
  },
};

function* checkName(
  context: SourceRuleContext,
  argument: NameArgument,
  what: string,
): Generator<Finding> {
  if (argument.name !== null || isChoice(context, argument.node)) return;
  yield {
    message: `The name of this ${what} is known only at run time, so Convoy cannot check how it is used. Write it as a string literal, or as a const that is one.`,
    span: context.spanOf(argument.node),
  };
}

/** `condition ? "a" : "b"`: the types check both. */
function isChoice({ ts }: SourceRuleContext, node: ts.Expression): boolean {
  const inner = unwrap(ts, node);
  return (
    ts.isConditionalExpression(inner) &&
    isLiteralName(ts, inner.whenTrue) &&
    isLiteralName(ts, inner.whenFalse)
  );
}
