import fc from "fast-check";
import { unionOf } from "../../../compiler/model/canonical.js";
import type { NamedTypes, PropertyFact, TypeFact } from "../../../compiler/model/type-fact.js";

/** Names that a field can have and that something may stumble over. */
const fieldNames = [
  "a",
  "b",
  "c",
  "Größe",
  "user id",
  "order",
  "toString",
  "hasOwnProperty",
  "😀",
  "100%",
] as const;

export const fieldName: fc.Arbitrary<string> = fc.constantFrom(...fieldNames);

const string: TypeFact = { kind: "string" };
const nothing: TypeFact = { kind: "null" };

/** The declarations that every random schema has: recursive types of each form. */
export const namedTypes: NamedTypes = {
  Json: union(
    string,
    { kind: "number" },
    { kind: "boolean" },
    nothing,
    { kind: "array", element: { kind: "named", name: "Json" } },
    { kind: "object", properties: [], index: { kind: "named", name: "Json" } },
  ),
  Link: object(
    property("at", { kind: "date" }),
    property("next", union({ kind: "named", name: "Link" }, nothing)),
  ),
  Mixed: union(
    string,
    { kind: "date" },
    { kind: "bigint" },
    { kind: "object", properties: [], index: { kind: "named", name: "Mixed" } },
  ),
  Tree: object(
    property("value", union({ kind: "bytes" }, nothing)),
    property("children", { kind: "array", element: { kind: "named", name: "Tree" } }, true),
  ),
};

/** The type of a field, of all that the compiler lets a field have. */
export function fieldType(tables: readonly string[]): fc.Arbitrary<TypeFact> {
  return typeAt(2, tables);
}

function typeAt(depth: number, tables: readonly string[]): fc.Arbitrary<TypeFact> {
  const scalar = scalarType(tables);
  const choices: fc.WeightedArbitrary<TypeFact>[] = [
    { weight: 8, arbitrary: scalar },
    { weight: 2, arbitrary: fc.array(scalar, { minLength: 2, maxLength: 3 }).map(unionOf) },
    { weight: 1, arbitrary: fc.constantFrom<TypeFact>({ kind: "any" }, { kind: "unknown" }) },
    {
      weight: 1,
      arbitrary: fc
        .constantFrom(...Object.keys(namedTypes))
        .map((name): TypeFact => ({ kind: "named", name })),
    },
  ];
  if (depth > 0) {
    const structure = structureType(depth - 1, tables);
    choices.push(
      { weight: 4, arbitrary: structure },
      { weight: 2, arbitrary: fc.array(structure, { minLength: 2, maxLength: 3 }).map(unionOf) },
      {
        weight: 2,
        arbitrary: fc.tuple(structure, scalar, scalar).map((members) => unionOf(members)),
      },
    );
  }
  return fc
    .tuple(fc.oneof(...choices), fc.nat(9))
    .map(([type, nullable]) => (nullable < 3 ? unionOf([type, nothing]) : type));
}

function scalarType(tables: readonly string[]): fc.Arbitrary<TypeFact> {
  const texts = fc.uniqueArray(fc.constantFrom("planning", "active", "done", ""), {
    minLength: 1,
    maxLength: 3,
  });
  const numbers = fc.uniqueArray(fc.constantFrom(0, 1, -1, 2.5), { minLength: 1, maxLength: 3 });
  return fc.oneof(
    fc.constantFrom<TypeFact>(
      string,
      { kind: "number" },
      { kind: "boolean" },
      { kind: "bigint" },
      { kind: "date" },
      { kind: "bytes" },
      { kind: "template", text: "`item-${string}`" },
      { kind: "literal", value: true },
      { kind: "bigint-literal", digits: "12" },
    ),
    fc.constantFrom<TypeFact>(string, { kind: "number" }, { kind: "boolean" }, { kind: "date" }),
    texts.map((values) => unionOf(values.map((value) => ({ kind: "literal", value })))),
    numbers.map((values) => unionOf(values.map((value) => ({ kind: "literal", value })))),
    fc
      .subarray([...tables], { minLength: 1 })
      .map((names): TypeFact => ({ kind: "id", tables: names.toSorted() })),
  );
}

function structureType(depth: number, tables: readonly string[]): fc.Arbitrary<TypeFact> {
  const inner = typeAt(depth, tables);
  const properties = fc.uniqueArray(
    fc.record({ name: fieldName, type: inner, optional: fc.boolean() }),
    { minLength: 1, maxLength: 3, selector: ({ name }) => name },
  );
  return fc.oneof(
    properties.map((list): TypeFact => ({ kind: "object", properties: list })),
    properties.map(
      (list): TypeFact => ({ kind: "object", properties: list, index: { kind: "unknown" } }),
    ),
    inner.map((index): TypeFact => ({ kind: "object", properties: [], index })),
    inner.map((element): TypeFact => ({ kind: "array", element })),
    fc
      .tuple(fc.array(inner, { minLength: 1, maxLength: 3 }), fc.option(inner, { nil: undefined }))
      .map(
        ([elements, rest]): TypeFact =>
          rest === undefined ? { kind: "tuple", elements } : { kind: "tuple", elements, rest },
      ),
  );
}

function union(...members: readonly TypeFact[]): TypeFact {
  return unionOf(members);
}

function object(...properties: readonly PropertyFact[]): TypeFact {
  return { kind: "object", properties };
}

function property(name: string, type: TypeFact, optional = false): PropertyFact {
  return { name, type, optional };
}
