import type { IndexFacts, TableFacts } from "../../model/facts.js";
import type { FactsRule, Finding } from "../rule.js";

/** The most fields that an index may list: Postgres allows 32 columns, and `_id` is one. */
const maxFields = 16;

export const indexLimits: FactsRule = {
  on: "facts",
  needs: "schema",
  code: "CV1014",
  name: "index-limits",
  severity: "error",
  summary: "An index has no fields, more than 16, one of them twice, or a system field.",
  fixes: [],
  example: {
    bad: '.index("by_name", ["name", "_id"])',
    good: '.index("by_name", ["name"])',
  },
  *check({ schema }) {
    for (const table of schema.tables) {
      for (const index of table.indexes) yield* checkIndex(table, index);
    }
  },
};

function* checkIndex(table: TableFacts, index: IndexFacts): Generator<Finding> {
  const name = `Index "${index.name}" of table "${table.name}"`;
  if (index.fields.length === 0) {
    yield {
      message: `${name} lists no fields. Name the fields that it orders by, or remove it: creation order needs no index.`,
      span: index.span,
    };
  }
  if (index.fields.length > maxFields) {
    yield {
      message: `${name} lists ${index.fields.length} fields; ${maxFields} is the most. Keep the fields that queries use first.`,
      span: index.span,
    };
  }
  for (const [position, field] of index.fields.entries()) {
    const span = index.fieldSpans[position] ?? index.span;
    if (field === "_id" || field === "_creationTime") {
      yield {
        message: `${name} lists "${field}", but every index ends in "_id", whose order is that of creation. Remove "${field}".`,
        span,
      };
    } else if (index.fields.indexOf(field) < position) {
      yield { message: `${name} lists "${field}" twice. Remove this one.`, span };
    }
  }
}
