import { unionOf, without } from "../model/canonical.js";
import type { TableFacts } from "../model/facts.js";
import type { ObjectFact, TypeFact } from "../model/type-fact.js";

/** A field that queries can compare: its own name or a dotted path, with its type. */
export interface ComparableField {
  readonly path: string;
  readonly type: TypeFact;
}

/** Every field of a table that queries can compare, in the order of the source. */
export function comparableFields(table: TableFacts): readonly ComparableField[] {
  const paths = new Map<string, TypeFact[]>();
  collect(table.variants, "", false, paths);
  return [...paths].flatMap(([path, types]) => {
    const type = comparablePart(unionOf(types));
    return type.kind === "never" ? [] : { path, type };
  });
}

const incomparable = new Set<TypeFact["kind"]>([
  "object",
  "array",
  "tuple",
  "named",
  "document",
  "any",
  "unknown",
  "unsupported",
]);

/** Of an object or a list, a query can ask only whether it is there. */
function comparablePart(type: TypeFact): TypeFact {
  const members = type.kind === "union" ? type.members : [type];
  return unionOf(members.filter((member) => !incomparable.has(member.kind)));
}

const undefinedType: TypeFact = { kind: "undefined" };

function collect(
  variants: readonly ObjectFact[],
  prefix: string,
  mayBeAbsent: boolean,
  paths: Map<string, TypeFact[]>,
): void {
  const names = new Set(variants.flatMap((variant) => variant.properties.map((p) => p.name)));
  for (const name of names) {
    // A dot in a name would make two paths look the same; such a name has its own diagnostic.
    if (name.includes(".")) continue;
    const uses = variants.map((variant) => variant.properties.find((p) => p.name === name));
    const absent = mayBeAbsent || uses.some((use) => use === undefined || use.optional);
    const types = uses.flatMap((use) => (use ? [use.type] : []));
    const all = unionOf(absent ? [...types, undefinedType] : types);
    paths.set(prefix + name, [...(paths.get(prefix + name) ?? []), all]);

    const inner = without(all, "null", "undefined");
    const members = inner.kind === "union" ? inner.members : [inner];
    const objects = members.filter((member) => member.kind === "object");
    const isObject = objects.length > 0 && objects.length === members.length;
    if (isObject) collect(objects, `${prefix}${name}.`, absent || inner !== all, paths);
  }
}
