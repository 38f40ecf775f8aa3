import type { QuickFix } from "../../model/diagnostic.js";
import type { IndexFacts, SourceSpan, TableFacts } from "../../model/facts.js";
import type { FilterCondition } from "../../syntax/filter-conditions.js";
import { callbackResult, unwrap } from "../../syntax/tree.js";
import { equalityPrefix, type KnownQuery, knownQueries } from "../database-uses.js";
import type { SourceRule, SourceRuleContext } from "../rule.js";
import { fieldList, indexPlace, quotedList } from "../wording.js";

export const filterCouldUseIndex: SourceRule = {
  on: "source",
  code: "CV2006",
  name: "filter-could-use-index",
  severity: "suggestion",
  summary: "A filter compares a field that an index could look up instead.",
  fixes: ["use-index"],
  example: {
    bad: 'ctx.db.query("projects").filter((q) => q.eq(q.field("userId"), id)).take(10)',
    good: 'ctx.db.query("projects").withIndex("by_userId", (q) => q.eq("userId", id)).take(10)',
  },
  *check(context) {
    for (const known of knownQueries(context)) {
      const conditions = known.query.filters.flatMap((filter) =>
        filter.conditions.filter((condition) => condition.operator === "eq"),
      );
      if (conditions.length === 0) continue;
      const finding =
        known.index === null
          ? startOfIndex(known.table, conditions)
          : nextOfIndex(known, known.index, conditions);
      if (finding === null) continue;
      const { index, condition, advice } = finding;
      yield {
        message: advice,
        span: context.spanOf(condition.call),
        related: [indexPlace(index)],
        fixes: useIndex(context, known, index, conditions),
      };
    }
  },
};

interface Match {
  readonly index: IndexFacts;
  readonly condition: FilterCondition;
  readonly advice: string;
}

/** The index of which the conditions fix the most fields from its start. */
function startOfIndex(table: TableFacts, conditions: readonly FilterCondition[]): Match | null {
  let best: IndexFacts | null = null;
  let bestLength = 0;
  for (const index of table.indexes) {
    const length = matched(index, 0, conditions).length;
    if (length > bestLength) {
      best = index;
      bestLength = length;
    }
  }
  if (best === null) return null;
  const [condition] = matched(best, 0, conditions);
  if (condition === undefined) return null;
  const fields = quotedList(best.fields.slice(0, bestLength));
  return {
    index: best,
    condition,
    advice: `Index "${best.name}" is ${fieldList(best.fields)} and can look up ${fields}; a filter reads documents only to drop them. Use .withIndex("${best.name}", ${range(best, 0, bestLength)}).`,
  };
}

/** The field with which the query's range could go on. */
function nextOfIndex(
  known: KnownQuery,
  index: IndexFacts,
  conditions: readonly FilterCondition[],
): Match | null {
  const fixed = equalityPrefix(known);
  if (fixed === null || known.query.index?.steps?.length !== fixed) return null;
  const [condition] = matched(index, fixed, conditions);
  const field = index.fields[fixed];
  if (condition === undefined || field === undefined) return null;
  return {
    index,
    condition,
    advice: `Index "${index.name}" goes on with "${field}", so the range can look it up; a filter reads documents only to drop them. Add .eq("${field}", …) to the range.`,
  };
}

/** The conditions that fix the index's fields from `start` on, without a gap. */
function matched(
  index: IndexFacts,
  start: number,
  conditions: readonly FilterCondition[],
): readonly FilterCondition[] {
  const found: FilterCondition[] = [];
  for (const field of index.fields.slice(start)) {
    const condition = conditions.find((candidate) => candidate.field.name === field);
    if (condition === undefined) break;
    found.push(condition);
  }
  return found;
}

function range(index: IndexFacts, start: number, length: number): string {
  const steps = index.fields.slice(start, start + length).map((field) => `.eq("${field}", …)`);
  return `(q) => q${steps.join("")}`;
}

/** Only where the filter is that one condition, and the order of the results stays the same. */
function useIndex(
  context: SourceRuleContext,
  { query }: KnownQuery,
  index: IndexFacts,
  conditions: readonly FilterCondition[],
): readonly QuickFix[] {
  const { ts, sourceFile } = context;
  const [filter, ...otherFilters] = query.filters;
  const [condition] = conditions;
  const [callback] = filter?.call.arguments ?? [];
  if (filter === undefined || condition === undefined || callback === undefined) return [];
  if (otherFilters.length > 0 || query.index !== null || index.fields.length !== 1) return [];
  const body = callbackResult(ts, callback);
  if (body === null || unwrap(ts, body.result) !== condition.call) return [];
  const callee = filter.call.expression;
  if (!ts.isPropertyAccessExpression(callee)) return [];
  const field = JSON.stringify(condition.field.name);
  const value = condition.value.getText(sourceFile);
  const upToFilter = (start: number): SourceSpan => ({
    file: context.file,
    start,
    length: filter.call.end - start,
  });
  // Any other parameter than the filter's might hide a name in the value.
  const { parameter } = body;
  const newText = `withIndex(${JSON.stringify(index.name)}, (${parameter}) => ${parameter}.eq(${field}, ${value}))`;
  const edits =
    query.start.end === callee.expression.end
      ? // From its name on, so that comments before it stay.
        [{ span: upToFilter(callee.name.getStart(sourceFile)), newText }]
      : [
          {
            span: { file: context.file, start: query.start.end, length: 0 },
            newText: `.${newText}`,
          },
          { span: upToFilter(callee.expression.end), newText: "" },
        ];
  return [{ name: "use-index", title: `Look it up with index "${index.name}"`, edits }];
}
