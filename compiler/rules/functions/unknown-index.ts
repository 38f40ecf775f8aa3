import type { QuickFix } from "../../model/diagnostic.js";
import type { TableFacts } from "../../model/facts.js";
import type { IndexUse } from "../../syntax/query-chain.js";
import { tableNamed, usesIn } from "../database-uses.js";
import { didYouMean, nearest } from "../did-you-mean.js";
import { indexableBase, typesAtPath } from "../fields.js";
import { addIndexEdit } from "../fixes/add-index.js";
import { renameLiteral } from "../fixes/rename-literal.js";
import type { SourceRule, SourceRuleContext } from "../rule.js";
import { knowsAllTables } from "../schema-problems.js";
import { fieldList, listed, tablePlace } from "../wording.js";

export const unknownIndex: SourceRule = {
  on: "source",
  code: "CV2002",
  name: "unknown-index",
  severity: "error",
  summary: "`.withIndex` names an index that the table does not have.",
  fixes: ["did-you-mean", "add-index"],
  example: {
    bad: 'ctx.db.query("projects").withIndex("by_user", (q) => q.eq("userId", id)).take(10)',
    good: 'ctx.db.query("projects").withIndex("by_userId", (q) => q.eq("userId", id)).take(10)',
  },
  *check(context) {
    const { schema } = context;
    if (!knowsAllTables(schema)) return;
    for (const query of usesIn(context).queries) {
      const table = tableNamed(schema, query.table);
      const name = query.index?.index.name ?? null;
      if (table === null || query.index === null || name === null) continue;
      const names = table.indexes.map((index) => index.name);
      if (names.includes(name)) continue;
      const suggestion = nearest(name, names);
      yield {
        message: `Table "${table.name}" has no index "${name}" (indexes: ${listed(names)}). ${didYouMean(suggestion)}Name one of its indexes, or add this one to the table in convoy/schema.ts.`,
        span: context.spanOf(query.index.index.node),
        related: [tablePlace(table)],
        fixes: [
          ...renameLiteral(context, query.index.index.literal, suggestion),
          ...addIndex(context, table, query.index, name),
        ],
      };
    }
  },
};

/** The index that the range asks for, as far as the table's fields allow. */
function addIndex(
  context: SourceRuleContext,
  table: TableFacts,
  use: IndexUse,
  name: string,
): readonly QuickFix[] {
  const fields = [...new Set((use.steps ?? []).map((step) => step.field.name ?? ""))];
  const canBe = fields.every((field) => {
    const types = typesAtPath(context.schema, table, field);
    return types !== null && indexableBase(types) !== null;
  });
  const edit = canBe ? addIndexEdit(context, table, name, fields) : null;
  if (edit === null) return [];
  return [
    {
      name: "add-index",
      title: `Add index "${name}" on ${fieldList(fields)} to table "${table.name}"`,
      edits: [edit],
    },
  ];
}
