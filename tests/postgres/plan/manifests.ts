import type {
  Manifest,
  ManifestField,
  ManifestIndex,
  ManifestTable,
} from "../../../compiler/model/manifest.js";
import type { NamedTypes, TypeFact } from "../../../compiler/model/type-fact.js";

export const text: TypeFact = { kind: "string" };
export const number: TypeFact = { kind: "number" };
export const date: TypeFact = { kind: "date" };
export const bigint: TypeFact = { kind: "bigint" };
export const nothing: TypeFact = { kind: "null" };

export function idOf(...tables: readonly string[]): TypeFact {
  return { kind: "id", tables };
}

export function oneOf(...members: readonly (TypeFact | string)[]): TypeFact {
  return {
    kind: "union",
    members: members.map((member) =>
      typeof member === "string" ? { kind: "literal", value: member } : member,
    ),
  };
}

export interface TableOptions {
  readonly indexes?: readonly ManifestIndex[];
  readonly promoted?: readonly string[];
  readonly relational?: boolean;
}

/** A table; the name of a field that ends in `?` is that of an optional one. */
export function table(
  name: string,
  fields: Readonly<Record<string, TypeFact>>,
  { indexes = [], promoted = [], relational = false }: TableOptions = {},
): ManifestTable {
  const list = Object.entries(fields).map(
    ([key, type]): ManifestField => ({
      name: key.replace(/\?$/, ""),
      type,
      optional: key.endsWith("?"),
      hasDefault: false,
      integer: false,
      ref: null,
    }),
  );
  const all = list.map((field) => field.name).toSorted();
  return { name, fields: list, indexes, promoted: relational ? all : promoted, relational };
}

export function index(name: string, ...fields: readonly string[]): ManifestIndex {
  return { name, fields, unique: false };
}

export function unique(name: string, ...fields: readonly string[]): ManifestIndex {
  return { name, fields, unique: true };
}

export function manifest(tables: readonly ManifestTable[], types: NamedTypes = {}): Manifest {
  return { version: 1, tables, types, functions: [] };
}
