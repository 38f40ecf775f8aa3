import type { FactsRule } from "../rule.js";
import type { IndexFacts } from "../../model/facts.js";
import { indexPlace } from "../wording.js";

export const duplicateIndex: FactsRule = {
  on: "facts",
  needs: "schema",
  code: "CV1007",
  name: "duplicate-index",
  severity: "error",
  summary: "Two indexes of a table have the same name.",
  fixes: [],
  example: {
    bad: '.index("by_owner", ["ownerId"]).index("by_owner", ["ownerId", "createdAt"])',
    good: '.index("by_owner", ["ownerId"]).index("by_owner_and_time", ["ownerId", "createdAt"])',
  },
  *check({ schema }) {
    for (const table of schema.tables) {
      const first = new Map<string, IndexFacts>();
      for (const index of table.indexes) {
        const before = first.get(index.name);
        if (before === undefined) {
          first.set(index.name, index);
          continue;
        }
        yield {
          message: `Table "${table.name}" has two indexes "${index.name}". Give this one a name of its own, or remove it.`,
          span: index.span,
          related: [indexPlace(before)],
        };
      }
    }
  },
};
