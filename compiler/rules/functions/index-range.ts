import type { IndexFacts, TableFacts } from "../../model/facts.js";
import type { RangeStep } from "../../syntax/index-range.js";
import { knownQueries } from "../database-uses.js";
import { didYouMean, nearest } from "../did-you-mean.js";
import { renameLiteral } from "../fixes/rename-literal.js";
import type { SourceRule } from "../rule.js";
import { fieldList, indexPlace, listed, quotedList } from "../wording.js";

export const indexRange: SourceRule = {
  on: "source",
  code: "CV2003",
  name: "index-range",
  severity: "error",
  summary: "An index range skips a field, takes them out of order, or goes on after its bounds.",
  fixes: ["did-you-mean"],
  example: {
    bad: '.withIndex("by_userId", (q) => q.gt("createdAt", since))',
    good: '.withIndex("by_userId", (q) => q.eq("userId", id).gt("createdAt", since))',
  },
  *check(context) {
    for (const { query, table, index } of knownQueries(context)) {
      const steps = query.index?.steps ?? [];
      if (index === null) continue;
      const problem = firstProblem(table, index, steps);
      if (problem === null) continue;
      const { field } = problem.step;
      yield {
        message: problem.message,
        span: context.spanOf(field.node),
        related: [indexPlace(index)],
        fixes: renameLiteral(context, field.literal, problem.suggestion),
      };
    }
  },
};

interface Problem {
  readonly step: RangeStep;
  readonly message: string;
  readonly suggestion: string | null;
}

/** Later steps depend on the earlier ones, so only the first problem says something true. */
function firstProblem(
  table: TableFacts,
  index: IndexFacts,
  steps: readonly RangeStep[],
): Problem | null {
  const order = `Index "${index.name}" is ${fieldList(index.fields)}.`;
  let fixed = 0;
  let bounded: string | null = null;
  let hasLower = false;
  let hasUpper = false;
  for (const step of steps) {
    const name = step.field.name ?? "";
    const problem = (message: string, suggestion: string | null = null): Problem => ({
      step,
      message,
      suggestion,
    });
    const position = index.fields.indexOf(name);
    if (position === -1) {
      const suggestion = nearest(name, index.fields);
      const isField = table.fields.some((field) => field.name === name);
      return problem(
        `Index "${index.name}" of table "${table.name}" has no field "${name}" (fields: ${listed(index.fields)}). ${didYouMean(suggestion)}${isField ? "Add it to the index in convoy/schema.ts or filter after the range." : "Name a field of the index."}`,
        suggestion,
      );
    }
    const next = index.fields[fixed];
    if (step.operator === "eq") {
      if (bounded !== null) {
        return problem(
          `An equality on "${name}" cannot follow a bound on "${bounded}": equalities come first, then one range. ${order} Filter by "${name}" after the range instead.`,
        );
      }
      if (position < fixed) {
        return problem(
          `"${name}" already has its value in this range. ${order} Remove one of the two.`,
        );
      }
      if (name !== next) return problem(skipped(index, fixed, name, order));
      fixed++;
      continue;
    }
    if (bounded !== null && bounded !== name) {
      return problem(
        `A range has bounds on one field, and this one already has them on "${bounded}". ${order} Filter by "${name}" after the range instead.`,
      );
    }
    if (position < fixed) {
      return problem(
        `"${name}" already has its value in this range. ${order} Remove one of the two.`,
      );
    }
    if (name !== next) return problem(skipped(index, fixed, name, order));
    const isLower = step.operator === "gt" || step.operator === "gte";
    if (isLower ? hasLower : hasUpper) {
      return problem(
        `"${name}" already has ${isLower ? "a lower" : "an upper"} bound in this range. Remove one of the two.`,
      );
    }
    if (isLower) hasLower = true;
    else hasUpper = true;
    bounded = name;
  }
  return null;
}

function skipped(index: IndexFacts, fixed: number, name: string, order: string): string {
  const missing = index.fields.slice(fixed, index.fields.indexOf(name));
  return `This range skips ${quotedList(missing)}, which ${missing.length === 1 ? "comes" : "come"} before "${name}". ${order} Give ${missing.length === 1 ? "it a value" : "them values"} with eq first, or use an index that starts with "${name}".`;
}
