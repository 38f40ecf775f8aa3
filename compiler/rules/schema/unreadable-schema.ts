import type { FactsRule } from "../rule.js";
import { schemaProblems } from "../schema-problems.js";

export const unreadableSchema: FactsRule = {
  on: "facts",
  needs: "schema",
  code: "CV1003",
  name: "unreadable-schema",
  severity: "error",
  summary: "Part of the schema can only be known by running it, which Convoy never does.",
  fixes: [],
  example: {
    bad: 'defineTable({ name: z.string() }).index(process.env.INDEX, ["name"])',
    good: 'defineTable({ name: z.string() }).index("by_name", ["name"])',
  },
  *check(facts) {
    yield* schemaProblems(facts, "unreadable");
  },
};
