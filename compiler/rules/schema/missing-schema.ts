import type { FactsRule } from "../rule.js";
import { schemaProblems } from "../schema-problems.js";

export const missingSchema: FactsRule = {
  on: "facts",
  needs: "schema",
  code: "CV1001",
  name: "missing-schema",
  severity: "error",
  summary: "There is no `convoy/schema.ts`.",
  fixes: [],
  example: {
    bad: "// no file convoy/schema.ts",
    good: "export default defineSchema({ users: defineTable({ name: z.string() }) });",
  },
  *check(facts) {
    yield* schemaProblems(facts, "missing");
  },
};
