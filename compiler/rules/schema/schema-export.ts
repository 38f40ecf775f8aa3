import type { FactsRule } from "../rule.js";
import { schemaProblems } from "../schema-problems.js";

export const schemaExport: FactsRule = {
  on: "facts",
  needs: "schema",
  code: "CV1002",
  name: "schema-export",
  severity: "error",
  summary: "`convoy/schema.ts` exports no schema, two of them, or something else.",
  fixes: [],
  example: {
    bad: "const tables = defineSchema({ users });",
    good: "export default defineSchema({ users });",
  },
  *check(facts) {
    yield* schemaProblems(facts, "export");
  },
};
