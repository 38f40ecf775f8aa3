import type { FactsRule } from "../rule.js";

export const oneWayTransform: FactsRule = {
  on: "facts",
  needs: "schema",
  code: "CV1011",
  name: "one-way-transform",
  severity: "error",
  summary: "A field's validator changes values into ones that it would not accept again.",
  fixes: [],
  example: {
    bad: "defineTable({ size: z.string().transform((text) => text.length) })",
    good: "defineTable({ size: z.number() }) // and transform in the function's args",
  },
  *check({ schema }) {
    for (const table of schema.tables) {
      for (const field of table.fields) {
        if (field.oneWay === null) continue;
        yield {
          message: `Field "${field.name}" of table "${table.name}" changes what it is given (${field.oneWay}), so a stored value would be changed again, or refused, at the next write. Declare what is stored, and transform in the args of the functions that write it.`,
          span: field.span,
        };
      }
    }
  },
};
