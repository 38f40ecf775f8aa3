import type { QueryChain } from "../../syntax/query-chain.js";
import { type KnownQuery, knownQueries } from "../database-uses.js";
import { hasRange, readsAll } from "../query-plan.js";
import type { SourceRule } from "../rule.js";
import { listed, tablePlace } from "../wording.js";

export const fullScan: SourceRule = {
  on: "source",
  code: "CV2005",
  name: "full-scan",
  severity: "warning",
  summary: "A query reads a whole table, however large it grows.",
  fixes: [],
  example: {
    bad: 'await ctx.db.query("projects").collect()',
    good: 'await ctx.db.query("projects").withIndex("by_userId", (q) => q.eq("userId", id)).collect()',
  },
  *check(context) {
    for (const known of knownQueries(context)) {
      const { query, table, index } = known;
      if (query.terminal === null || hasRange(query) || !readsAll(query)) continue;
      const names = table.indexes.map((candidate) => candidate.name);
      const range =
        index === null
          ? `.withIndex(…)${names.length === 0 ? "" : ` (indexes: ${listed(names)})`}`
          : `a range in .withIndex("${index.name}", (q) => …)`;
      yield {
        message: `This ${verb(known)} every document of table "${table.name}", however many there are. Read less of it with ${range}${bound(query)}.`,
        span: context.spanOf(query.terminal.place),
        related: [tablePlace(table)],
      };
    }
  },
};

function verb({ query }: KnownQuery): string {
  switch (query.terminal?.name) {
    case "count":
      return "counts";
    case "first":
    case "unique":
      return "may read";
    default:
      return "reads";
  }
}

function bound({ terminal }: QueryChain): string {
  return terminal?.name === "collect" || terminal?.name === "for await"
    ? ", or bound it with .take(n) or .paginate(…)"
    : "";
}
