import { relativeToRoot } from "../../project/layout.js";
import { didYouMean, nearest } from "../did-you-mean.js";
import { renameLiteral } from "../fixes/rename-literal.js";
import type { SourceRule } from "../rule.js";
import { knowsAllTables, tableNames } from "../schema-problems.js";
import { listed } from "../wording.js";

export const unknownRefTable: SourceRule = {
  on: "source",
  code: "CV1004",
  name: "unknown-ref-table",
  severity: "error",
  summary: "`defineRef` names a table that the schema does not have.",
  fixes: ["did-you-mean"],
  example: {
    bad: 'defineTable({ ownerId: defineRef("user") })',
    good: 'defineTable({ ownerId: defineRef("users") })',
  },
  *check(context) {
    const { schema, project } = context;
    if (!knowsAllTables(schema)) return;
    if (!context.file.startsWith(`${relativeToRoot(project, project.convoyDir)}/`)) return;
    const names = tableNames(schema);
    for (const { table } of context.syntax.refs) {
      const { name, literal } = table;
      if (name === null || names.includes(name)) continue;
      const suggestion = nearest(name, names);
      yield {
        message: `There is no table "${name}" for this ref. ${didYouMean(suggestion)}Define the table in convoy/schema.ts or name one of its tables (${listed(names)}).`,
        span: context.spanOf(table.node),
        fixes: renameLiteral(context, literal, suggestion),
      };
    }
  },
};
