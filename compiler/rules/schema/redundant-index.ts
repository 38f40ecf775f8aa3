import type { FactsRule } from "../rule.js";
import { fieldList, indexPlace } from "../wording.js";

export const redundantIndex: FactsRule = {
  on: "facts",
  needs: "schema",
  code: "CV1008",
  name: "redundant-index",
  severity: "warning",
  summary: "Two indexes of a table list the same fields, so every write pays for both.",
  fixes: [],
  example: {
    bad: '.index("by_owner", ["ownerId"]).index("by_ownerId", ["ownerId"])',
    good: '.index("by_owner", ["ownerId"])',
  },
  *check({ schema }) {
    for (const table of schema.tables) {
      for (const [position, index] of table.indexes.entries()) {
        const fields = fieldList(index.fields);
        const others = table.indexes.filter(
          (other) => other.name !== index.name && fieldList(other.fields) === fields,
        );
        // A unique index does all that a plain one does, so the plain one is the one too many.
        const better = others.find(
          (other) =>
            (other.unique && !index.unique) ||
            (other.unique === index.unique && table.indexes.indexOf(other) < position),
        );
        if (better === undefined || fields === "[]") continue;
        yield {
          message: `Index "${index.name}" of table "${table.name}" lists the same fields as ${better.unique ? "the unique index " : ""}"${better.name}", and every write pays for both. Remove it and use "${better.name}".`,
          span: index.span,
          related: [indexPlace(better)],
        };
      }
    }
  },
};
