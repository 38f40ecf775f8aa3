import type { SchemaFacts, TableFacts } from "../model/facts.js";
import type { NamedTypes, TypeFact } from "../model/type-fact.js";
import { membersOf } from "./type-search.js";

/** The fields that every document has besides its own. */
export const systemFields: readonly string[] = Object.freeze(["_id", "_creationTime"]);

/** The types that the field at a dotted path may have, or `null` where there is no such field. */
export function typesAtPath(
  schema: SchemaFacts,
  table: TableFacts,
  path: string,
): readonly TypeFact[] | null {
  const [first = "", ...rest] = path.split(".");
  const field = table.fields.find((candidate) => candidate.name === first);
  if (field === undefined) return null;
  let types: readonly TypeFact[] = membersOf(field.type, schema.types);
  for (const name of rest) {
    const below = types.flatMap((type) => propertyTypes(type, name, schema.types) ?? []);
    if (below.length === 0) return null;
    types = below;
  }
  return types;
}

function propertyTypes(
  type: TypeFact,
  name: string,
  types: NamedTypes,
): readonly TypeFact[] | null {
  if (type.kind === "any" || type.kind === "unknown") return [type];
  if (type.kind !== "object") return null;
  const property = type.properties.find((candidate) => candidate.name === name);
  const found = property?.type ?? type.index;
  return found === undefined ? null : membersOf(found, types);
}

/** Every dotted path of the table's documents that leads to a field, objects included. */
export function fieldPaths(schema: SchemaFacts, table: TableFacts): readonly string[] {
  const paths: string[] = [];
  const visit = (type: TypeFact, path: string, depth: number): void => {
    paths.push(path);
    if (depth === maxPathDepth) return;
    for (const member of membersOf(type, schema.types)) {
      if (member.kind !== "object") continue;
      for (const property of member.properties) {
        visit(property.type, `${path}.${property.name}`, depth + 1);
      }
    }
  };
  for (const field of table.fields) visit(field.type, field.name, 1);
  return [...new Set(paths)];
}

/** Recursive types have no end of paths; nobody indexes deeper. */
const maxPathDepth = 4;

/** The one kind of value that an index can order, or why there is none. */
export function indexableBase(types: readonly TypeFact[]): string | null {
  const bases = new Set<string>();
  for (const type of types) {
    const base = baseOf(type);
    if (base === null) return null;
    if (base !== "") bases.add(base);
  }
  const [only] = bases;
  return bases.size === 1 && only !== undefined ? only : null;
}

/** `""` for null and undefined, which every index can hold beside its values. */
function baseOf(type: TypeFact): string | null {
  switch (type.kind) {
    case "string":
    case "number":
    case "boolean":
    case "bigint":
    case "date":
    case "bytes":
    case "id":
      return type.kind;
    case "literal":
      return typeof type.value;
    case "bigint-literal":
      return "bigint";
    case "template":
      return "string";
    case "null":
    case "undefined":
      return "";
    default:
      return null;
  }
}

/** How a message names what a field holds: `an array`, `a string or a number`. */
export function describeTypes(types: readonly TypeFact[]): string {
  const names = [...new Set(types.map(describe))].filter((name) => name !== "");
  return names.length === 0 ? "only null" : names.join(" or ");
}

function describe(type: TypeFact): string {
  const base = baseOf(type);
  if (base === "bytes") return "bytes";
  if (base === "id") return "an id";
  if (base !== null) return base === "" ? "" : `a ${base}`;
  switch (type.kind) {
    case "array":
    case "tuple":
      return "an array";
    case "object":
      return type.properties.length === 0 && type.index !== undefined ? "a record" : "an object";
    case "any":
    case "unknown":
      return "any value";
    case "never":
      return "no value";
    default:
      return "a value without an order";
  }
}
