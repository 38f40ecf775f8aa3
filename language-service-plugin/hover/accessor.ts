import type { SchemaFacts, TableFacts } from "../../compiler/model/facts.js";
import { indexableBase, typesAtPath } from "../../compiler/rules/fields.js";

/** The SQL that reads a field: the same that indexes and queries are made of. */
export function accessor(schema: SchemaFacts, table: TableFacts, path: string): string {
  if (path === "_id" || path === "_creationTime") return "id";
  const [root = "", ...below] = path.split(".");
  const isColumn = table.promoted.some(({ field }) => field === root);
  if (isColumn && below.length === 0) return quoted(root);
  const steps = isColumn ? below : [root, ...below];
  const last = steps.at(-1) ?? root;
  const start = isColumn ? quoted(root) : "doc";
  const parents = steps.slice(0, -1).map((step) => `->${literal(step)}`);
  const text = `${start}${parents.join("")}->>${literal(last)}`;
  const types = typesAtPath(schema, table, path);
  const base = types === null ? null : indexableBase(types);
  const cast = base === null ? undefined : casts[base];
  return cast === undefined ? `(${text})` : `(${text})::${cast}`;
}

/** By what a field holds. Texts and dates are compared as they are stored. */
const casts: Readonly<Record<string, string>> = {
  number: "float8",
  boolean: "boolean",
  bigint: "numeric",
  bytes: "bytea",
  id: "uuid",
};

export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
