import { unionOf } from "../../../compiler/model/canonical.js";
import type { ManifestTable } from "../../../compiler/model/manifest.js";
import type { NamedTypes, TypeFact } from "../../../compiler/model/type-fact.js";
import { indexableBase } from "../../../compiler/rules/fields.js";
import { membersOf } from "../../../compiler/rules/type-search.js";

/** A field that a query can name, read off the schema without asking the storage. */
export interface FieldPath {
  readonly path: string;
  /** What it holds and can be compared with, `null` included. */
  readonly type: TypeFact;
  readonly mayBeAbsent: boolean;
  readonly holdsStructures: boolean;
  /** Whether all its values have one order that an index can keep. */
  readonly indexable: boolean;
}

/** Recursive types have no end of paths. */
const MAX_PATH_DEPTH = 3;

/** Names by which records are reached into. */
export const recordKeys = ["a", "b", "toString", "$date"] as const;

/** Every field of a table, and those inside of objects and records; fields of any type left out. */
export function fieldPathsOf(table: ManifestTable, types: NamedTypes): readonly FieldPath[] {
  const found: FieldPath[] = [];
  for (const field of table.fields) {
    visit(field.name, field.type, field.optional, 1);
  }
  return found;

  function visit(path: string, type: TypeFact, mayBeAbsent: boolean, depth: number): void {
    const members = membersOf(type, types);
    // What is below a value of any type is no matter of the schema.
    if (members.some(({ kind }) => kind === "any" || kind === "unknown")) return;
    const comparable = members.filter((member) => !isStructure(member));
    found.push({
      path,
      type: unionOf(comparable),
      mayBeAbsent,
      holdsStructures: comparable.length < members.length,
      indexable: indexableBase(members) !== null,
    });
    if (depth === MAX_PATH_DEPTH) return;
    const objects = members.filter((member) => member.kind === "object");
    const isTagged = taggedKinds(comparable) > 1;
    const names = new Set(objects.flatMap(({ properties }) => properties.map((p) => p.name)));
    // In such a place, an object whose only key is like a tag is kept in another form.
    const keys = recordKeys.filter(
      (key) => objects.some(({ index }) => index) && !(isTagged && key.startsWith("$")),
    );
    for (const name of new Set([...names, ...keys])) {
      const uses = objects.map((object) => object.properties.find((p) => p.name === name));
      const below = objects.flatMap((object, at) => uses[at]?.type ?? object.index ?? []);
      if (below.length === 0) continue;
      const isOptional =
        objects.length < members.length || uses.some((use) => use === undefined || use.optional);
      visit(`${path}.${name}`, unionOf(below), mayBeAbsent || isOptional, depth + 1);
    }
  }
}

function isStructure({ kind }: TypeFact): boolean {
  return kind === "object" || kind === "array" || kind === "tuple";
}

function taggedKinds(types: readonly TypeFact[]): number {
  const kinds = types.flatMap((type) => {
    const base = indexableBase([type]);
    return base === "id" ? ["string"] : base !== null && jsonStrings.has(base) ? [base] : [];
  });
  return new Set(kinds).size;
}

const jsonStrings: ReadonlySet<string> = new Set(["string", "bigint", "date", "bytes"]);
