import type { ManifestField, ManifestTable } from "../../../compiler/model/manifest.js";
import type { NamedTypes, TypeFact } from "../../../compiler/model/type-fact.js";
import { ConvoyError } from "../../../protocol/errors.js";
import type { PhysicalColumn } from "../../postgres/schema/physical-schema.js";

/** The column of a document: all fields that have no column of their own. */
export const DOCUMENT_COLUMN = "doc";

/** The columns of a table besides `id`. */
export interface TableColumns {
  /** `doc`, which relational tables lack. It comes first. */
  readonly document: PhysicalColumn | null;
  /** The promoted fields, in the order of the schema. */
  readonly promoted: readonly PhysicalColumn[];
}

/** @throws {ConvoyError} `reserved-column` where a promoted field is called like a column of ours. */
export function columnsOf(table: ManifestTable, types: NamedTypes): TableColumns {
  const promoted = table.fields
    .filter((field) => table.promoted.includes(field.name))
    .map((field) => columnOf(field, types));
  const taken = promoted.find(({ name }) => name === "id" || name === DOCUMENT_COLUMN);
  if (taken !== undefined) {
    throw new ConvoyError(
      "reserved-column",
      `Field "${taken.name}" of table "${table.name}" cannot have a column of its own: Convoy has a column of that name. Rename the field, or do not promote it.`,
      { status: 400 },
    );
  }
  const document: PhysicalColumn | null = table.relational
    ? null
    : { name: DOCUMENT_COLUMN, type: "jsonb", notNull: true, collation: null };
  return { document, promoted };
}

function columnOf(field: ManifestField, types: NamedTypes): PhysicalColumn {
  const alternatives = resolve(field.type, types);
  const present = alternatives.filter(({ kind }) => kind !== "null" && kind !== "undefined");
  const mayBeNull = field.optional || present.length < alternatives.length;
  const type = columnTypeOf(present, field.integer);
  const isAny = present.some(({ kind }) => kind === "any" || kind === "unknown");
  return {
    name: field.name,
    type,
    notNull: !mayBeNull && !isAny,
    collation: type === "text" ? "C" : null,
  };
}

function columnTypeOf(types: readonly TypeFact[], integer: boolean): PhysicalColumn["type"] {
  const all = (test: (type: TypeFact) => boolean) => types.length > 0 && types.every(test);
  if (all((type) => type.kind === "id")) return "uuid";
  if (all((type) => isLiteral(type, "string") || textKinds.has(type.kind))) return "text";
  if (all((type) => type.kind === "number" || isLiteral(type, "number"))) {
    return integer ? "bigint" : "double precision";
  }
  if (all((type) => type.kind === "boolean")) return "boolean";
  if (all((type) => type.kind === "bigint" || type.kind === "bigint-literal")) return "numeric";
  if (all((type) => type.kind === "date")) return "timestamp(3) with time zone";
  return all((type) => type.kind === "bytes") ? "bytea" : "jsonb";
}

const textKinds: ReadonlySet<TypeFact["kind"]> = new Set(["string", "template"]);

function isLiteral(type: TypeFact, of: "string" | "number"): boolean {
  return type.kind === "literal" && typeof type.value === of;
}

function resolve(type: TypeFact, types: NamedTypes): readonly TypeFact[] {
  if (type.kind === "union") return type.members.flatMap((member) => resolve(member, types));
  if (type.kind !== "named") return [type];
  const target = types[type.name];
  return target === undefined ? [type] : resolve(target, types);
}
