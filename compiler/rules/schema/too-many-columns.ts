import type { FactsRule } from "../rule.js";

/** What Postgres allows a table. */
const maxColumns = 1600;

export const tooManyColumns: FactsRule = {
  on: "facts",
  needs: "schema",
  code: "CV1016",
  name: "too-many-columns",
  severity: "error",
  summary: "A table would need more columns than the 1,600 that Postgres allows.",
  fixes: [],
  example: {
    bad: "defineTable(shapeOf2000Fields).relational()",
    good: 'defineTable(shapeOf2000Fields).promote(["userId"])',
  },
  *check({ schema }) {
    for (const table of schema.tables) {
      // `id`, and `doc` where not all of the document is in columns.
      const columns = table.promoted.length + (table.relational ? 1 : 2);
      if (columns <= maxColumns) continue;
      yield {
        message: `Table "${table.name}" needs ${columns} columns; Postgres allows ${maxColumns}. Promote fewer fields, or group some in an object.`,
        span: table.span,
      };
    }
  },
};
