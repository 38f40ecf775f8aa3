import { describeTypes, indexableBase, systemFields, typesAtPath } from "../fields.js";
import type { FactsRule } from "../rule.js";
import { tablePlace } from "../wording.js";

export const indexFieldNotIndexable: FactsRule = {
  on: "facts",
  needs: "schema",
  code: "CV1006",
  name: "index-field-not-indexable",
  severity: "error",
  summary: "An index lists a field whose values have no one order: arrays, objects, mixed types.",
  fixes: [],
  example: {
    bad: 'defineTable({ tags: z.array(z.string()) }).index("by_tags", ["tags"])',
    good: 'defineTable({ mainTag: z.string() }).index("by_mainTag", ["mainTag"])',
  },
  *check({ schema }) {
    for (const table of schema.tables) {
      for (const index of table.indexes) {
        for (const [position, field] of index.fields.entries()) {
          if (systemFields.includes(field)) continue;
          const types = typesAtPath(schema, table, field);
          // An unknown field and a type that cannot be stored have rules of their own.
          if (types === null || types.some((type) => type.kind === "unsupported")) continue;
          if (indexableBase(types) !== null) continue;
          const object = types.find((type) => type.kind === "object");
          const inside = object?.properties[0]?.name ?? "key";
          const advice = object
            ? `Index a field inside it with a dotted path such as "${field}.${inside}", or keep the value in a field of its own.`
            : "Index a field that holds one kind of value: a string, number, boolean, bigint, Date, bytes or ref, which may also be null or absent.";
          yield {
            message: `Index "${index.name}" of table "${table.name}" cannot order "${field}", which holds ${describeTypes(types)}. ${advice}`,
            span: index.fieldSpans[position] ?? index.span,
            related: [tablePlace(table)],
          };
        }
      }
    }
  },
};
