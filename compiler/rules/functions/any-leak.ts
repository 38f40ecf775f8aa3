import type { FunctionFacts, SchemaFacts } from "../../model/facts.js";
import type { NamedTypes } from "../../model/type-fact.js";
import { mayInclude } from "../../model/canonical.js";
import type { FactsRule } from "../rule.js";
import { partsOf } from "../type-search.js";

export const anyLeak: FactsRule = {
  on: "facts",
  needs: "one-module",
  code: "CV2013",
  name: "any-leak",
  severity: "warning",
  summary: "A result's type contains `any`, so clients lose their types there.",
  fixes: [],
  example: {
    bad: "handler: async (ctx, args) => JSON.parse(args.text)",
    good: "returns: z.object({ title: z.string() }), handler: async (ctx, args) => JSON.parse(args.text)",
  },
  *check({ schema, modules }) {
    const ownAny = fieldsOfAnyType(schema);
    for (const module of modules) {
      for (const fn of module.functions) {
        // The type of a circular result is no better, and has a rule of its own.
        if (fn.hasReturns || fn.circular || !mayInclude(fn.result, "any")) continue;
        const path = pathToAny(fn, module.types, ownAny);
        if (path === null) continue;
        const place = path === "" ? "is" : `holds`;
        const where = path === "" ? "" : ` at "${path}"`;
        yield {
          message: `The result of "${fn.path}" ${place} any${where}, so clients get no types there. Give the value a type, or the function a "returns" validator; z.unknown() where it may be anything.`,
          span: fn.span,
        };
      }
    }
  },
};

function pathToAny(
  fn: FunctionFacts,
  types: NamedTypes,
  ownAny: ReadonlySet<string>,
): string | null {
  const skipped: string[] = [];
  for (const { path, type } of partsOf(fn.result, types)) {
    if (type.kind !== "any" || skipped.includes(path)) continue;
    const name =
      path
        .split(".")
        .at(-1)
        ?.replaceAll(/\[\d*\]/g, "") ?? "";
    // A field of a document that is any by its schema was written down there.
    if (!ownAny.has(name)) return path;
    skipped.push(path);
  }
  return null;
}

/** An editor asks at every key, of a schema that hardly ever changes. */
const knownFields = new WeakMap<SchemaFacts, ReadonlySet<string>>();

function fieldsOfAnyType(schema: SchemaFacts): ReadonlySet<string> {
  let names = knownFields.get(schema);
  if (names === undefined) knownFields.set(schema, (names = findFieldsOfAnyType(schema)));
  return names;
}

function findFieldsOfAnyType(schema: SchemaFacts): ReadonlySet<string> {
  const names = new Set<string>();
  for (const table of schema.tables) {
    for (const field of table.fields) {
      for (const { path, type } of partsOf(field.type, schema.types, field.name)) {
        const name = path
          .split(".")
          .at(-1)
          ?.replaceAll(/\[\d*\]/g, "");
        if (type.kind === "any" && name !== undefined) names.add(name);
      }
    }
  }
  return names;
}
