import type { NamedTypes, TypeFact } from "../model/type-fact.js";

/** A part of a type, and the way to it: `address.geo`, `tags[]`. */
export interface TypePart {
  readonly path: string;
  readonly type: TypeFact;
}

/** Every part of the type, itself first; what a name refers to is visited once. */
export function* partsOf(
  type: TypeFact,
  types: NamedTypes,
  path = "",
  visited: Set<string> = new Set(),
): Generator<TypePart> {
  yield { path, type };
  switch (type.kind) {
    case "array":
      yield* partsOf(type.element, types, `${path}[]`, visited);
      break;
    case "tuple":
      for (const [position, element] of type.elements.entries()) {
        yield* partsOf(element, types, `${path}[${position}]`, visited);
      }
      if (type.rest !== undefined) yield* partsOf(type.rest, types, `${path}[]`, visited);
      break;
    case "object":
      for (const property of type.properties) {
        // A well-known symbol: the methods beside it say what is wrong, in words that last.
        if (property.name.startsWith("__@")) continue;
        yield* partsOf(property.type, types, joinPath(path, property.name), visited);
      }
      if (type.index !== undefined) yield* partsOf(type.index, types, joinPath(path, "*"), visited);
      break;
    case "union":
      for (const member of type.members) yield* partsOf(member, types, path, visited);
      break;
    case "named": {
      const target = types[type.name];
      if (target === undefined || visited.has(type.name)) break;
      visited.add(type.name);
      yield* partsOf(target, types, path, visited);
      break;
    }
    default:
  }
}

export function joinPath(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}

/** The members of a union, named types followed; any other type alone. */
export function membersOf(
  type: TypeFact,
  types: NamedTypes,
  visited: ReadonlySet<string> = new Set(),
): readonly TypeFact[] {
  if (type.kind === "union") {
    return type.members.flatMap((member) => membersOf(member, types, visited));
  }
  if (type.kind !== "named" || visited.has(type.name)) return [type];
  const target = types[type.name];
  return target === undefined ? [type] : membersOf(target, types, new Set([...visited, type.name]));
}

/** Whether `null` is among the values of the type. */
export function allowsNull(type: TypeFact, types: NamedTypes): boolean {
  return membersOf(type, types).some((member) => member.kind === "null");
}
