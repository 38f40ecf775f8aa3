import type { ModuleFacts, SchemaFacts } from "../model/facts.js";
import type { Manifest } from "../model/manifest.js";
import type { NamedTypes, ObjectFact, PropertyFact, TypeFact } from "../model/type-fact.js";
import { memoized } from "../memoized.js";

type SchemaPart = Omit<Manifest, "functions">;

function schemaPart(schema: SchemaFacts): SchemaPart {
  return {
    version: 1,
    tables: schema.tables.map((table) => ({
      name: table.name,
      fields: table.fields.map(({ name, type, optional, hasDefault, integer, ref }) => ({
        name,
        type: withoutComments(type),
        optional,
        hasDefault,
        integer,
        ref,
      })),
      indexes: table.indexes.map(({ name, fields, unique }) => ({ name, fields, unique })),
      promoted: table.promoted.map(({ field }) => field),
      relational: table.relational,
    })),
    types: mapTypes(schema.types),
  };
}

/** The members of the manifest that follow from the schema, as lines of its JSON. */
const schemaLines = memoized((schema: SchemaFacts) => membersOf(schemaPart(schema)));

/** Prints `_generated/manifest.json`. */
export function printManifest(schema: SchemaFacts, modules: readonly ModuleFacts[]): string {
  const functions: Manifest["functions"] = modules.flatMap((module) =>
    module.functions.map(({ path, kind, visibility }) => ({ path, kind, visibility })),
  );
  return `{\n${schemaLines(schema)},\n${membersOf({ functions })}\n}\n`;
}

/** What stands between the braces of an object's JSON. */
function membersOf(value: object): string {
  return JSON.stringify(value, null, 2).slice(2, -2);
}

function mapTypes(types: NamedTypes): NamedTypes {
  return Object.fromEntries(
    Object.entries(types).map(([name, type]) => [name, withoutComments(type)]),
  );
}

/** Comments are for people; a reworded one must not look like a changed schema. */
function withoutComments(type: TypeFact): TypeFact {
  switch (type.kind) {
    case "array":
      return { ...type, element: withoutComments(type.element) };
    case "tuple":
      return {
        ...type,
        elements: type.elements.map(withoutComments),
        ...(type.rest ? { rest: withoutComments(type.rest) } : {}),
      };
    case "union":
      return { ...type, members: type.members.map(withoutComments) };
    case "object":
      return objectWithoutComments(type);
    default:
      return type;
  }
}

function objectWithoutComments(type: ObjectFact): ObjectFact {
  return {
    ...type,
    properties: type.properties.map(
      ({ name, type: propertyType, optional }): PropertyFact => ({
        name,
        type: withoutComments(propertyType),
        optional,
      }),
    ),
    ...(type.index ? { index: withoutComments(type.index) } : {}),
  };
}
