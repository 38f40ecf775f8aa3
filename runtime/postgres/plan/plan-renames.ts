import type { Manifest } from "../../../compiler/model/manifest.js";
import type { NamedTypes, TypeFact } from "../../../compiler/model/type-fact.js";
import type { Catalog, CatalogTable, RegisteredIndex } from "../catalog/catalog.js";
import { idCheckName } from "../schema/id-check.js";
import type { PhysicalTable } from "../schema/physical-schema.js";
import { SYSTEM_SCHEMA } from "../schema/system-schema.js";
import { identifier, literal, qualified } from "../sql/identifier.js";
import { forgetTable } from "./ddl.js";
import type { Problem } from "./problem.js";
import type { RenameTableStep } from "./step.js";
import type { ExistingTable, PlanInput, Rename, RenameFindings } from "./world.js";

/**
 * The renames that were asked for, and the tables as they will be after them. One that has been done
 * already, by a run that did not get to its end, is nothing to do.
 */
export function planRenames({ desired, catalog, applied, options }: PlanInput): RenameFindings {
  const tables = new Map(existingTables(catalog));
  const numbers = new Map(catalog.system.tables.map(({ name, number }) => [name, number]));
  const steps: RenameTableStep[] = [];
  const problems: Problem[] = [];
  const taken = takenNames(catalog);

  for (const rename of options.renames) {
    const { from, to } = rename;
    const source = tables.get(from);
    const target = tables.get(to);
    const wanted = desired.tables.find(({ name }) => name === to);
    const wrong = renameProblem(rename, {
      isInSchema: desired.tables.some(({ name }) => name === from),
      wanted: wanted !== undefined,
      source,
      target,
      repeated:
        options.renames.filter((other) => other.from === from || other.to === to).length > 1,
    });
    if (wrong !== null) problems.push({ code: "invalid-rename", table: from, message: wrong });
    if (wrong !== null || source === undefined || wanted === undefined) continue;
    const { step, renamed } = renameTable(catalog, rename, source, target ?? null, wanted);
    steps.push(step);
    tables.delete(from);
    tables.set(to, renamed);
    numbers.delete(from);
    numbers.set(to, source.number);
  }
  return {
    steps,
    problems,
    world: {
      schema: catalog.schema,
      tables,
      numbers,
      taken,
      applied: applied && renamedManifest(applied, options.renames, steps),
    },
  };
}

function existingTables({ tables, system }: Catalog): readonly [string, ExistingTable][] {
  return tables.flatMap((table): readonly [string, ExistingTable][] => {
    const { number, name } = table;
    if (number === null) return [];
    const registered = system.indexes.filter((index) => index.tableNumber === number);
    return [[name, { number, currentName: name, table, registered }]];
  });
}

function takenNames({ tables, relations, system }: Catalog): ReadonlyMap<string, string> {
  const others = tables.filter(({ number }) => number === null);
  const ours = new Set(system.indexes.map(({ name }) => name));
  return new Map([
    ...relations
      .filter(({ name }) => !ours.has(name))
      .map(({ name, kind }): [string, string] => [name, kind]),
    ...others.map(({ name }): [string, string] => [name, "table"]),
  ]);
}

interface RenameFacts {
  readonly isInSchema: boolean;
  readonly wanted: boolean;
  readonly repeated: boolean;
  readonly source: ExistingTable | undefined;
  readonly target: ExistingTable | undefined;
}

function renameProblem({ from, to }: Rename, facts: RenameFacts): string | null {
  const what = `Table "${from}" cannot be renamed to "${to}"`;
  if (facts.repeated) return `${what}: one of the two is named by another rename as well.`;
  if (facts.isInSchema) {
    return `${what}: the schema still has a table "${from}". Remove it there, or do not rename.`;
  }
  if (!facts.wanted) return `${what}: the schema has no table "${to}". Add it there first.`;
  if (facts.source === undefined) {
    return facts.target === undefined ? `${what}: there is no table "${from}" of Convoy's.` : null;
  }
  return facts.target === undefined || facts.target.table.estimatedRows === 0
    ? null
    : `${what}: there is a table "${to}" with rows. Move its rows or drop it first, or do not rename.`;
}

function renameTable(
  catalog: Catalog,
  { from, to }: Rename,
  source: ExistingTable,
  target: ExistingTable | null,
  wanted: PhysicalTable,
): { readonly step: RenameTableStep; readonly renamed: ExistingTable } {
  const { schema } = catalog;
  const table = qualified(schema, to);
  const indexes = renamedIndexes(source, wanted);
  const names = new Map(indexes.map(({ index, name }) => [index.name, name]));
  const sql = [
    ...(target ? [`drop table ${table}`, ...forgetTable(target.number)] : []),
    `alter table ${qualified(schema, from)} rename to ${identifier(to)}`,
    ...(idCheckName(from) === idCheckName(to)
      ? []
      : [renameConstraint(table, idCheckName(from), idCheckName(to))]),
    ...primaryKeyRename(catalog, source.table, to),
    ...indexes.flatMap(({ index, name }) => [
      `alter index ${qualified(schema, index.name)} rename to ${identifier(name)}`,
      `update ${SYSTEM_SCHEMA}.indexes set name = ${literal(name)} where name = ${literal(index.name)}`,
    ]),
    `update ${SYSTEM_SCHEMA}.tables set name = ${literal(to)} where number = ${source.number}`,
  ];
  const replaces = target ? `, in place of an empty table of that name` : "";
  return {
    step: {
      kind: "rename-table",
      from,
      to,
      mustBeEmpty: target ? to : null,
      sql,
      lock: { mode: "access exclusive", on: from },
      estimate: { rows: source.table.estimatedRows, bytes: source.table.bytes },
      reason: `Table "${from}" becomes "${to}"${replaces}: its documents, their ids and its indexes stay.`,
      transaction: true,
    },
    renamed: {
      ...source,
      table: {
        ...source.table,
        name: to,
        indexes: source.table.indexes.map((index) => ({
          ...index,
          name: names.get(index.name) ?? index.name,
        })),
      },
      registered: source.registered.map((index) => ({
        ...index,
        name: names.get(index.name) ?? index.name,
      })),
    },
  };
}

/** The indexes that the new schema wants as they are, under other names. */
function renamedIndexes(
  source: ExistingTable,
  wanted: PhysicalTable,
): readonly { readonly index: RegisteredIndex; readonly name: string }[] {
  const built = new Set(source.table.indexes.map(({ name }) => name));
  return source.registered.flatMap((index) => {
    const same = wanted.indexes.find(
      (other) =>
        other.index === index.index &&
        other.unique === index.unique &&
        other.keys.length === index.keys.length &&
        other.keys.every((key, at) => key === index.keys[at]),
    );
    const isFree = same !== undefined && same.name !== index.name && !built.has(same.name);
    return isFree && built.has(index.name) ? [{ index, name: same.name }] : [];
  });
}

function primaryKeyRename(catalog: Catalog, table: CatalogTable, to: string): readonly string[] {
  const key = table.constraints.find(({ kind }) => kind === "p");
  const name = `${to}_pkey`;
  const isTaken = catalog.relations.some((relation) => relation.name === name);
  if (key?.name !== `${table.name}_pkey` || isTaken || Buffer.byteLength(name) > 63) return [];
  return [renameConstraint(qualified(catalog.schema, to), key.name, name)];
}

function renameConstraint(table: string, from: string, to: string): string {
  return `alter table ${table} rename constraint ${identifier(from)} to ${identifier(to)}`;
}

/** What was applied, as if its tables had had their new names then. */
function renamedManifest(
  manifest: Manifest,
  renames: readonly Rename[],
  now: readonly Rename[],
): Manifest {
  if (renames.length === 0) return manifest;
  const nameOf = (table: string) => renames.find(({ from }) => from === table)?.to ?? table;
  const isThere = (table: string) => manifest.tables.some(({ name }) => name === table);
  // Under the new name there may have been another table, which has gone or is about to.
  const replaced = new Set([
    ...renames.filter(({ from }) => isThere(from)).map(({ to }) => to),
    ...now.map(({ to }) => to),
  ]);
  const types: NamedTypes = Object.fromEntries(
    Object.entries(manifest.types).map(([name, type]) => [name, rename(type)]),
  );
  return {
    ...manifest,
    types,
    tables: manifest.tables
      .filter(({ name }) => !replaced.has(name))
      .map((table) => ({
        ...table,
        name: nameOf(table.name),
        fields: table.fields.map((field) => ({ ...field, type: rename(field.type) })),
      })),
  };

  function rename(type: TypeFact): TypeFact {
    switch (type.kind) {
      case "id":
        return { ...type, tables: type.tables.map(nameOf).toSorted() };
      case "array":
        return { ...type, element: rename(type.element) };
      case "tuple":
        return {
          ...type,
          elements: type.elements.map(rename),
          ...(type.rest && { rest: rename(type.rest) }),
        };
      case "union":
        return { ...type, members: type.members.map(rename) };
      case "object":
        return {
          ...type,
          properties: type.properties.map((property) => ({
            ...property,
            type: rename(property.type),
          })),
          ...(type.index && { index: rename(type.index) }),
        };
      default:
        return type;
    }
  }
}
