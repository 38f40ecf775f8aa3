import type { ProjectFacts, SchemaFacts, SchemaProblemKind } from "../model/facts.js";
import { memoized } from "../memoized.js";
import type { Finding } from "./rule.js";

/** What the reader of the schema could not understand, as findings of the rule for that kind. */
export function* schemaProblems(facts: ProjectFacts, kind: SchemaProblemKind): Generator<Finding> {
  for (const problem of facts.schema.problems) {
    if (problem.kind === kind) yield { message: problem.message, span: problem.span };
  }
}

/**
 * Whether every table is known. While part of the schema cannot be read, a name that is not in
 * the facts may still be one, and a rule that says otherwise would only add noise.
 */
export function knowsAllTables(schema: SchemaFacts): boolean {
  return schema.problems.length === 0;
}

/** The names of all tables, sorted, as messages list them. */
export const tableNames: (schema: SchemaFacts) => readonly string[] = memoized(({ tables }) =>
  tables.map((table) => table.name).toSorted(),
);
