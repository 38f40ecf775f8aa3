import { tableNamed, usesIn } from "../database-uses.js";
import { didYouMean, nearest } from "../did-you-mean.js";
import { renameLiteral } from "../fixes/rename-literal.js";
import type { SourceRule } from "../rule.js";
import { knowsAllTables, tableNames } from "../schema-problems.js";
import { listed } from "../wording.js";

export const unknownTable: SourceRule = {
  on: "source",
  code: "CV2001",
  name: "unknown-table",
  severity: "error",
  summary: "A database call names a table that the schema does not have.",
  fixes: ["did-you-mean"],
  example: {
    bad: 'ctx.db.query("project").take(10)',
    good: 'ctx.db.query("projects").take(10)',
  },
  *check(context) {
    const { schema } = context;
    if (!knowsAllTables(schema)) return;
    const { queries, operations } = usesIn(context);
    const names = tableNames(schema);
    const arguments_ = [
      ...queries.map((query) => query.table),
      ...operations.flatMap((operation) => operation.table ?? []),
    ];
    for (const argument of arguments_) {
      if (argument.name === null || tableNamed(schema, argument) !== null) continue;
      const suggestion = nearest(argument.name, names);
      yield {
        message: `There is no table "${argument.name}". ${didYouMean(suggestion)}Define it in convoy/schema.ts or name one of its tables (${listed(names)}).`,
        span: context.spanOf(argument.node),
        fixes: renameLiteral(context, argument.literal, suggestion),
      };
    }
  },
};
