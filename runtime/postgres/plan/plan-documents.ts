import type { ManifestField, ManifestTable } from "../../../compiler/model/manifest.js";
import type { NamedTypes } from "../../../compiler/model/type-fact.js";
import { createPositions } from "../../database/storage/position.js";
import type { PhysicalTable } from "../schema/physical-schema.js";
import { documentCheck } from "./documents/document-check.js";
import { documentTypes } from "./documents/document-types.js";
import { changedStorageForms } from "./documents/storage-form.js";
import { isWidening } from "./documents/widening.js";
import type { Problem } from "./problem.js";
import type { CheckDocumentsStep } from "./step.js";
import type { ExistingTable, World } from "./world.js";

export interface DocumentFindings {
  readonly steps: readonly CheckDocumentsStep[];
  readonly problems: readonly Problem[];
}

/**
 * What has to be checked of the documents of a table before its types can change: nothing, where
 * all that fitted before fits now.
 */
export function planDocuments(
  table: ManifestTable,
  types: NamedTypes,
  physical: PhysicalTable,
  existing: ExistingTable,
  world: World,
): DocumentFindings {
  if (existing.table.estimatedRows === 0) return { steps: [], problems: [] };
  const before = world.applied?.tables.find(({ name }) => name === table.name) ?? null;
  const beforeTypes = world.applied?.types ?? {};
  const problems = before === null ? [] : storageProblems(table, types, before, beforeTypes);
  const fields = table.fields.filter((field) => {
    const old = before?.fields.find(({ name }) => name === field.name);
    return !isWiderField(old, field);
  });
  const hasFewerFields =
    before === null ||
    before.fields.some(({ name }) => !table.fields.some((field) => field.name === name));
  if (fields.length === 0 && !hasFewerFields) return { steps: [], problems };

  const known = table.fields.filter(({ name }) => !table.promoted.includes(name));
  const knownFields = table.relational || !hasFewerFields ? null : known.map(({ name }) => name);
  if (fields.length === 0 && knownFields === null) return { steps: [], problems };
  const check = documentCheck({
    schema: world.schema,
    table: existing.currentName,
    columns: physical.columns,
    fields,
    knownFields,
    types: documentTypes(types, world.numbers),
  });
  const step: CheckDocumentsStep = {
    kind: "check-documents",
    table: existing.currentName,
    fields,
    streamed: check.streamed.map(({ name }) => name),
    knownFields,
    columns: physical.columns,
    tableNumbers: Object.fromEntries(world.numbers),
    sql: [
      ...(check.count === null ? [] : [check.count]),
      ...(check.streamed.length === 0 ? [] : [check.stream]),
    ],
    lock: { mode: "access share", on: existing.currentName },
    estimate: { rows: existing.table.estimatedRows, bytes: existing.table.bytes },
    reason:
      before === null
        ? `It is not known what the documents of "${table.name}" were checked for.`
        : `The types of "${table.name}" have changed, and its documents may not fit: ${whatChanged(fields, hasFewerFields)}.`,
    transaction: true,
  };
  return { steps: [step], problems };

  /** A new field that is optional may be there already, written by plain SQL: it is not checked. */
  function isWiderField(old: ManifestField | undefined, field: ManifestField): boolean {
    if (old === undefined) return before !== null && field.optional;
    const isPresent = field.optional || !old.optional;
    const wider = isWidening(
      { type: old.type, named: beforeTypes },
      { type: field.type, named: types },
    );
    return isPresent && wider;
  }
}

function whatChanged(fields: readonly ManifestField[], hasFewerFields: boolean): string {
  const names = fields.map(({ name }) => name);
  if (hasFewerFields) names.push("fields that are gone");
  return names.join(", ");
}

function storageProblems(
  table: ManifestTable,
  types: NamedTypes,
  before: ManifestTable,
  beforeTypes: NamedTypes,
): readonly Problem[] {
  const oldPositions = createPositions(beforeTypes);
  const newPositions = createPositions(types);
  const paths = table.fields.flatMap((field) => {
    const old = before.fields.find(({ name }) => name === field.name);
    if (old === undefined) return [];
    return changedStorageForms(field.name, oldPositions.of(old.type), newPositions.of(field.type));
  });
  return paths.map((path) => ({
    code: "storage-form-changed",
    table: table.name,
    message: `Field "${path}" of table "${table.name}" would store dates, bigints or bytes in another form than the documents that are there, since the field gains or loses a type that is kept as text as well. Add a new field of the new type, copy the values in a mutation, and remove this one after.`,
  }));
}
