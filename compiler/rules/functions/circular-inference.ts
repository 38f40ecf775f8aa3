import type { FunctionFacts } from "../../model/facts.js";
import type { FactsRule } from "../rule.js";

export const circularInference: FactsRule = {
  on: "facts",
  needs: "one-module",
  code: "CV2015",
  name: "circular-inference",
  severity: "error",
  summary: "A function's result is inferred through the function itself.",
  fixes: [],
  example: {
    bad: "handler: async (ctx, { n }) => (n === 0 ? 0 : ctx.runQuery(api.math.count, { n: n - 1 }))",
    good: "handler: async (ctx, { n }): Promise<number> => (n === 0 ? 0 : ctx.runQuery(api.math.count, { n: n - 1 }))",
  },
  *check({ modules }) {
    for (const module of modules) {
      for (const fn of module.functions) {
        if (!fn.circular) continue;
        yield {
          message: `The type of "${fn.path}" depends on itself: its result is inferred from a call that leads back to it. Write down what its handler returns, as in "${example(fn)}".`,
          span: fn.span,
        };
      }
    }
  },
};

function example(fn: FunctionFacts): string {
  const takesArgs = fn.args.kind !== "object" || fn.args.properties.length > 0;
  return `handler: async (ctx${takesArgs ? ", args" : ""}): Promise<number> => …`;
}
