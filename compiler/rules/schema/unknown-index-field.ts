import { didYouMean, nearest } from "../did-you-mean.js";
import { fieldPaths, systemFields, typesAtPath } from "../fields.js";
import { renameText } from "../fixes/rename-literal.js";
import type { FactsRule } from "../rule.js";
import { listed, tablePlace } from "../wording.js";

export const unknownIndexField: FactsRule = {
  on: "facts",
  needs: "schema",
  code: "CV1005",
  name: "unknown-index-field",
  severity: "error",
  summary: "An index lists a field that the table does not have.",
  fixes: ["did-you-mean"],
  example: {
    bad: 'defineTable({ name: z.string() }).index("by_name", ["nmae"])',
    good: 'defineTable({ name: z.string() }).index("by_name", ["name"])',
  },
  *check({ schema }, context) {
    for (const table of schema.tables) {
      for (const index of table.indexes) {
        for (const [position, field] of index.fields.entries()) {
          if (systemFields.includes(field) || typesAtPath(schema, table, field) !== null) continue;
          const span = index.fieldSpans[position] ?? index.span;
          const suggestion = nearest(field, fieldPaths(schema, table));
          const fields = table.fields.map((known) => known.name);
          yield {
            message: `Index "${index.name}" lists "${field}", which table "${table.name}" does not have (fields: ${listed(fields)}). ${didYouMean(suggestion)}Name a field of the table, or add this one.`,
            span,
            related: [tablePlace(table)],
            fixes: renameText(context, span, field, suggestion),
          };
        }
      }
    }
  },
};
