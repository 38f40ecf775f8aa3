import fc from "fast-check";
import type { Manifest, ManifestField, ManifestTable } from "../../../compiler/model/manifest.js";
import type { TypeFact } from "../../../compiler/model/type-fact.js";
import { indexableBase } from "../../../compiler/rules/fields.js";
import { allowsNull, membersOf } from "../../../compiler/rules/type-search.js";
import { type FieldPath, fieldPathsOf } from "./field-paths.js";
import { fieldName, fieldType, namedTypes } from "./random-type.js";

/** Names that a table can have; one is a word of SQL. */
const tableNames = ["alpha", "order"] as const;

/** Manifests of all that the compiler allows. */
export const randomManifest: fc.Arbitrary<Manifest> = fc
  .subarray([...tableNames], { minLength: 1 })
  .chain((names) => fc.tuple(...names.map((name) => randomTable(name, names))))
  .map((tables) => ({ version: 1, tables, types: namedTypes, functions: [] }));

function randomTable(name: string, names: readonly string[]): fc.Arbitrary<ManifestTable> {
  const fields = fc.uniqueArray(randomField(names), {
    minLength: 1,
    maxLength: 5,
    selector: (field) => field.name,
  });
  const storage = fc.constantFrom<"document" | "promoted" | "relational">(
    "document",
    "document",
    "promoted",
    "relational",
  );
  return fc
    .tuple(fields, storage)
    .chain(([list, form]) => promote(name, list, form))
    .chain(addIndexes);
}

function randomField(tables: readonly string[]): fc.Arbitrary<ManifestField> {
  return fc
    .record({
      name: fieldName,
      type: fieldType(tables),
      optional: fc.boolean(),
      integer: fc.boolean(),
    })
    .map(({ name, type, optional, integer }) => ({
      name,
      type,
      optional,
      hasDefault: false,
      integer: integer && isPlainNumber(type),
      ref: null,
    }));
}

/** `z.int()`, which may be nullable. */
function isPlainNumber(type: TypeFact): boolean {
  const members = membersOf(type, namedTypes).filter(({ kind }) => kind !== "null");
  return members.length > 0 && members.every(({ kind }) => kind === "number");
}

function promote(
  name: string,
  all: readonly ManifestField[],
  form: "document" | "promoted" | "relational",
): fc.Arbitrary<ManifestTable> {
  const isRelational = form === "relational";
  const fields = isRelational ? all.map(neverNullAndAbsent) : all;
  const table = { name, fields, indexes: [], promoted: [], relational: isRelational };
  const sorted = (list: readonly ManifestField[]) => list.map((f) => f.name).toSorted();
  if (form === "document") return fc.constant(table);
  if (isRelational) return fc.constant({ ...table, promoted: sorted(fields) });
  return fc
    .subarray(fields.filter(canBePromoted), { minLength: 0 })
    .map((promoted) => ({ ...table, promoted: sorted(promoted) }));
}

/** A column has one NULL: the compiler wants one meaning for it. */
function neverNullAndAbsent(field: ManifestField): ManifestField {
  const isAny = membersOf(field.type, namedTypes).some(
    ({ kind }) => kind === "any" || kind === "unknown",
  );
  const mayBeNull = isAny || allowsNull(field.type, namedTypes);
  return mayBeNull ? { ...field, optional: false } : field;
}

function canBePromoted(field: ManifestField): boolean {
  const types = membersOf(field.type, namedTypes);
  const isStructure = types.some(({ kind }) => ["object", "array", "tuple"].includes(kind));
  const isNullAndAbsent = field.optional && allowsNull(field.type, namedTypes);
  return !isNullAndAbsent && (isStructure || indexableBase(types) !== null);
}

function addIndexes(table: ManifestTable): fc.Arbitrary<ManifestTable> {
  const paths = fieldPathsOf(table, namedTypes).filter((field) => field.indexable);
  if (paths.length === 0) return fc.constant(table);
  const index = fc.record({
    fields: indexFields(paths),
    unique: fc.constantFrom(false, false, true),
  });
  return fc.array(index, { minLength: 1, maxLength: 3 }).map((indexes) => ({
    ...table,
    indexes: indexes.map((definition, at) => ({ name: `by_${at}`, ...definition })),
  }));
}

function indexFields(paths: readonly FieldPath[]): fc.Arbitrary<string[]> {
  return fc
    .shuffledSubarray([...paths], { minLength: 1, maxLength: Math.min(4, paths.length) })
    .map((fields) => fields.map(({ path }) => path));
}
