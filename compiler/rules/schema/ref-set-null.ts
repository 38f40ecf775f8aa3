import type { FactsRule } from "../rule.js";
import { allowsNull } from "../type-search.js";

export const refSetNull: FactsRule = {
  on: "facts",
  needs: "schema",
  code: "CV1015",
  name: "ref-set-null",
  severity: "error",
  summary: 'A ref with `onDelete: "set null"` can be neither null nor absent.',
  fixes: [],
  example: {
    bad: 'defineRef("users", { onDelete: "set null" })',
    good: 'defineRef("users", { onDelete: "set null" }).nullable()',
  },
  *check({ schema }) {
    for (const table of schema.tables) {
      for (const field of table.fields) {
        if (field.ref?.onDelete !== "set null") continue;
        if (field.optional || allowsNull(field.type, schema.types)) continue;
        yield {
          message: `Field "${field.name}" of table "${table.name}" must become null when its ${JSON.stringify(field.ref.table)} document is deleted, but cannot hold null. Add .nullable() or .optional(), or choose "restrict" or "cascade".`,
          span: field.span,
        };
      }
    }
  },
};
