import type { QuickFix, TextEdit } from "../../model/diagnostic.js";
import { equalityPrefix, type KnownQuery, knownQueries } from "../database-uses.js";
import { indexableBase, systemFields, typesAtPath } from "../fields.js";
import { givesOrder } from "../query-plan.js";
import { addIndexEdit, indexNameFor } from "../fixes/add-index.js";
import type { SourceRule, SourceRuleContext } from "../rule.js";
import { fieldList, indexPlace, tablePlace } from "../wording.js";

export const orderNeedsSort: SourceRule = {
  on: "source",
  code: "CV2004",
  name: "order-needs-sort",
  severity: "warning",
  summary:
    "A query asks for an order that its index does not give, so every match is read and sorted.",
  fixes: ["extend-index", "add-index"],
  example: {
    bad: '.withIndex("by_userId", (q) => q.eq("userId", id)).order("desc", "name")',
    good: '.withIndex("by_userId_and_name", (q) => q.eq("userId", id)).order("desc", "name")',
  },
  *check(context) {
    for (const known of knownQueries(context)) {
      const { query, table, index } = known;
      const fixed = equalityPrefix(known);
      const [order] = query.orders;
      const argument = order?.field ?? null;
      const field = argument?.name ?? null;
      if (fixed === null || argument === null || field === null) continue;
      const isKnown =
        systemFields.includes(field) || typesAtPath(context.schema, table, field) !== null;
      if (!isKnown || givesOrder(known, fixed, field)) continue;
      const source =
        index === null
          ? "A query without an index comes in creation order"
          : `Index "${index.name}" is ${fieldList(index.fields)}`;
      yield {
        message: `${source}, so ordering by "${field}" reads every match and sorts it. Use an index that has "${field}" right after the fields with an equality.`,
        span: context.spanOf(argument.node),
        related: [index === null ? tablePlace(table) : indexPlace(index)],
        fixes: fixesFor(context, known, fixed, field),
      };
    }
  },
};

function fixesFor(
  context: SourceRuleContext,
  known: KnownQuery,
  fixed: number,
  field: string,
): readonly QuickFix[] {
  const { query, table, index } = known;
  const types = typesAtPath(context.schema, table, field);
  if (types === null || indexableBase(types) === null) return [];
  const fixes: QuickFix[] = [];
  const last = index?.fieldSpans.at(-1);
  if (index !== null && last !== undefined && !index.unique && fixed === index.fields.length) {
    const source = context.sourceFileOf(last.file);
    const text = source?.text.slice(last.start, last.start + last.length);
    if (text !== undefined && /^["'`]/.test(text)) {
      const span = { file: last.file, start: last.start + last.length, length: 0 };
      fixes.push({
        name: "extend-index",
        title: `Add "${field}" to index "${index.name}"`,
        edits: [{ span, newText: `, ${JSON.stringify(field)}` }],
      });
    }
  }
  const fields = [...(index?.fields.slice(0, fixed) ?? []), field];
  const name = indexNameFor(table, fields);
  const added = name === null ? null : addIndexEdit(context, table, name, fields);
  const used = name === null ? null : useIndexEdit(context, known, name);
  // The bounds of a range would stand on another field than the new index continues with.
  const hasBounds = (query.index?.steps?.length ?? 0) > fixed;
  if (name !== null && added !== null && used !== null && !hasBounds) {
    fixes.push({
      name: "add-index",
      title: `Add index "${name}" on ${fieldList(fields)} to table "${table.name}" and use it`,
      edits: [added, used],
    });
  }
  return fixes;
}

function useIndexEdit(
  context: SourceRuleContext,
  { query }: KnownQuery,
  name: string,
): TextEdit | null {
  if (query.index === null) {
    const span = context.spanOf(query.start);
    return {
      span: { file: span.file, start: span.start + span.length, length: 0 },
      newText: `.withIndex(${JSON.stringify(name)})`,
    };
  }
  const { literal } = query.index.index;
  return literal === null ? null : { span: context.spanOf(literal), newText: JSON.stringify(name) };
}
