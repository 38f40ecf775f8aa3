import type { FactsRule } from "../rule.js";
import { allowsNull } from "../type-search.js";

export const promoteNullAndAbsent: FactsRule = {
  on: "facts",
  needs: "schema",
  code: "CV1012",
  name: "promote-null-and-absent",
  severity: "error",
  summary: "A promoted field may be both null and absent, which one column cannot tell apart.",
  fixes: [],
  example: {
    bad: 'defineTable({ note: z.string().nullable().optional() }).promote(["note"])',
    good: 'defineTable({ note: z.string().optional() }).promote(["note"])',
  },
  *check({ schema }) {
    for (const table of schema.tables) {
      for (const promoted of table.promoted) {
        const field = table.fields.find((candidate) => candidate.name === promoted.field);
        if (field === undefined || !field.optional) continue;
        if (!allowsNull(field.type, schema.types)) continue;
        // Of any value, null cannot be taken away.
        const isAny = ["any", "unknown"].includes(field.type.kind);
        const removed = isAny ? ".optional()" : ".nullable() or .optional()";
        yield {
          message: `Field "${field.name}" of table "${table.name}" may be both null and absent, and a column has one NULL for both. Remove ${removed}, or ${table.relational ? "do not make the table relational" : "do not promote it"}.`,
          span: promoted.span,
          related: [{ message: `Field "${field.name}" is defined here.`, span: field.span }],
        };
      }
    }
  },
};
