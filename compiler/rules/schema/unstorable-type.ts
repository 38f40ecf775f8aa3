import type { FactsRule } from "../rule.js";
import { partsOf } from "../type-search.js";
import { asSentence } from "../wording.js";

export const unstorableType: FactsRule = {
  on: "facts",
  needs: "schema",
  code: "CV1010",
  name: "unstorable-type",
  severity: "error",
  summary: "A field holds something that cannot be stored and read back as the same type.",
  fixes: [],
  example: {
    bad: "defineTable({ members: z.set(z.string()) })",
    good: "defineTable({ members: z.array(z.string()) })",
  },
  *check({ schema }) {
    for (const table of schema.tables) {
      for (const field of table.fields) {
        const reported = new Set<string>();
        for (const { path, type } of partsOf(field.type, schema.types, field.name)) {
          if (type.kind !== "unsupported" || reported.has(path)) continue;
          reported.add(path);
          yield {
            message: `Field "${path}" of table "${table.name}" cannot be stored and read back: ${type.text} ${asSentence(type.reason)}`,
            span: field.span,
          };
        }
      }
    }
  },
};
