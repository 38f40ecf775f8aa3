import type { ManifestTable } from "../../../compiler/model/manifest.js";
import { compareValues } from "../../../runtime/database/values/compare.js";
import type { DocumentFields } from "./random-document.js";

/** A document of the model, with its system fields. */
export type ModelDocument = DocumentFields & {
  readonly _id: string;
  readonly _creationTime: number;
};

/** The documents of a table in memory, in the order of their ids: what the database is held to. */
export class ModelTable {
  readonly #table: ManifestTable;
  readonly #documents = new Map<string, ModelDocument>();

  constructor(table: ManifestTable) {
    this.#table = table;
  }

  /** In creation order. */
  get documents(): readonly ModelDocument[] {
    return [...this.#documents.values()].toSorted((a, b) => compareValues(a._id, b._id));
  }

  /** The name of the unique index that the document would violate, or `null` where it is in. */
  insert(id: string, fields: DocumentFields): string | null {
    for (const { name, fields: paths, unique } of this.#table.indexes) {
      if (unique && this.#hasEqual(paths, fields)) return name;
    }
    const system = {
      _id: id,
      _creationTime: Number.parseInt(id.replace("-", "").slice(0, 12), 16),
    };
    this.#documents.set(id, { ...asStored(fields), ...system });
    return null;
  }

  delete(id: string): void {
    this.#documents.delete(id);
  }

  /** Null and absent values are never equal to others, as in all of SQL. */
  #hasEqual(paths: readonly string[], fields: DocumentFields): boolean {
    const values = paths.map((path) => fieldOf(fields, path));
    if (values.some((value) => value === undefined || value === null)) return false;
    return this.documents.some((document) =>
      paths.every((path, at) => compareValues(fieldOf(document, path), values[at]) === 0),
    );
  }
}

/** The value at a dotted path. */
export function fieldOf(document: DocumentFields, path: string): unknown {
  let value: unknown = document;
  for (const name of path.split(".")) {
    const isInside = isPlainObject(value) && Object.hasOwn(value, name);
    value = isInside ? (value as DocumentFields)[name] : undefined;
  }
  return value;
}

/** What comes back of a value: the same, but JSON has no minus zero. */
function asStored<Value>(value: Value): Value;
function asStored(value: unknown): unknown {
  if (value === 0) return 0;
  if (Array.isArray(value)) return value.map((element: unknown) => asStored(element));
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, asStored(inner)]));
}

function isPlainObject(value: unknown): value is object {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Date) &&
    !(value instanceof Uint8Array)
  );
}
