import type { NamedTypes, TypeFact } from "../model/type-fact.js";

/** A part of a type, and the way to it: `address.geo`, `tags[]`. */
export interface TypePart {
  readonly path: string;
  readonly type: TypeFact;
}

/** Every part of the type, itself first; what a name refers to is visited once. */
export function partsOf(type: TypeFact, types: NamedTypes, path = ""): readonly TypePart[] {
  const parts: TypePart[] = [];
  const visited = new Set<string>();
  const visit = (at: TypeFact, path: string): void => {
    parts.push({ path, type: at });
    switch (at.kind) {
      case "array":
        visit(at.element, `${path}[]`);
        break;
      case "tuple":
        for (const [position, element] of at.elements.entries()) {
          visit(element, `${path}[${position}]`);
        }
        if (at.rest !== undefined) visit(at.rest, `${path}[]`);
        break;
      case "object":
        for (const property of at.properties) {
          // A well-known symbol: the methods beside it say what is wrong, in words that last.
          if (!property.name.startsWith("__@")) visit(property.type, joinPath(path, property.name));
        }
        if (at.index !== undefined) visit(at.index, joinPath(path, "*"));
        break;
      case "union":
        for (const member of at.members) visit(member, path);
        break;
      case "named": {
        const target = types[at.name];
        if (target === undefined || visited.has(at.name)) break;
        visited.add(at.name);
        visit(target, path);
        break;
      }
      default:
    }
  };
  visit(type, path);
  return parts;
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
  return membersOf(type, types).some(({ kind }) => holdsNull.has(kind));
}

const holdsNull: ReadonlySet<TypeFact["kind"]> = new Set(["null", "any", "unknown"]);
