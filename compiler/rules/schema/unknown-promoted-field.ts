import { didYouMean, nearest } from "../did-you-mean.js";
import { describeTypes, indexableBase } from "../fields.js";
import { renameText } from "../fixes/rename-literal.js";
import type { FactsRule } from "../rule.js";
import { membersOf } from "../type-search.js";
import { listed, tablePlace } from "../wording.js";

export const unknownPromotedField: FactsRule = {
  on: "facts",
  needs: "schema",
  code: "CV1013",
  name: "unknown-promoted-field",
  severity: "error",
  summary: "`.promote` lists something that is no top-level field, or that no column type fits.",
  fixes: ["did-you-mean"],
  example: {
    bad: 'defineTable({ userId: defineRef("users") }).promote(["user"])',
    good: 'defineTable({ userId: defineRef("users") }).promote(["userId"])',
  },
  *check({ schema }, context) {
    for (const table of schema.tables) {
      for (const { field: name, span } of table.promoted) {
        const field = table.fields.find((candidate) => candidate.name === name);
        if (field === undefined) {
          const fields = table.fields.map((candidate) => candidate.name);
          const [whole = ""] = name.split(".");
          if (whole !== name && fields.includes(whole)) {
            yield {
              message: `"${name}" is a part of field "${whole}" of table "${table.name}", and only whole fields can be promoted. Promote "${whole}", or make "${name.slice(whole.length + 1)}" a field of its own.`,
              span,
              fixes: renameText(context, span, name, whole),
            };
            continue;
          }
          const suggestion = nearest(name, fields);
          yield {
            message: `Table "${table.name}" has no field "${name}" to promote (fields: ${listed(fields)}). ${didYouMean(suggestion)}Name a field of the table.`,
            span,
            related: [tablePlace(table)],
            fixes: renameText(context, span, name, suggestion),
          };
          continue;
        }
        // A relational table keeps such fields as jsonb; promoting one by name gains nothing.
        if (table.relational) continue;
        const types = membersOf(field.type, schema.types);
        if (types.some((type) => type.kind === "unsupported")) continue;
        if (types.some(isStructure) || indexableBase(types) !== null) continue;
        yield {
          message: `Field "${name}" of table "${table.name}" holds ${describeTypes(types)}, for which there is no column type. Promote fields that hold one kind of value.`,
          span,
          related: [{ message: `Field "${name}" is defined here.`, span: field.span }],
        };
      }
    }
  },
};

function isStructure({ kind }: { readonly kind: string }): boolean {
  return kind === "array" || kind === "tuple" || kind === "object";
}
