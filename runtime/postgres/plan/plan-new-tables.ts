import type { ManifestTable } from "../../../compiler/model/manifest.js";
import { MAX_TABLE_NUMBER } from "../../database/ids/document-id.js";
import type { Catalog } from "../catalog/catalog.js";
import type { PhysicalTable } from "../schema/physical-schema.js";
import { idCheckName } from "../schema/id-check.js";
import { createIndex, createTable, noteChanges, registerIndex, registerTable } from "./ddl.js";
import type { Notice, Problem } from "./problem.js";
import type { CreateTableStep } from "./step.js";
import type { Findings, PlanInput, World } from "./world.js";

/** The tables that there are not: with their indexes, in one transaction each. */
export function planNewTables(input: PlanInput, world: World): Findings {
  const { desired, catalog } = input;
  const steps: CreateTableStep[] = [];
  const problems: Problem[] = [];
  const notices: Notice[] = [];
  let next = catalog.system.lastNumber + 1;
  for (const table of desired.tables) {
    if (world.tables.has(table.name)) continue;
    const registered = world.numbers.get(table.name);
    const found = nameProblems(table, catalog, world);
    const number = registered ?? next;
    if (registered === undefined) next += 1;
    if (number > MAX_TABLE_NUMBER) found.push(tooMany(table.name));
    problems.push(...found);
    if (found.length > 0) continue;
    steps.push(createStep(world.schema, table, number, registered !== undefined));
    if (registered !== undefined) notices.push(recreated(table.name));
    notices.push(...likelyRenames(table.name, input, world));
  }
  return { steps, problems, notices };
}

function createStep(
  schema: string,
  table: PhysicalTable,
  number: number,
  isRegistered: boolean,
): CreateTableStep {
  return {
    kind: "create-table",
    table: table.name,
    number,
    sql: [
      ...(isRegistered ? [] : [registerTable(number, table.name)]),
      createTable(schema, table, number),
      ...table.indexes.flatMap((index) => [
        registerIndex(number, index),
        createIndex(schema, table.name, index, false),
      ]),
      ...noteChanges(schema, table, number),
    ],
    lock: { mode: "none", on: null },
    estimate: { rows: 0, bytes: 0 },
    reason: `The schema has a table "${table.name}" that the database does not.`,
    transaction: true,
  };
}

function nameProblems(table: PhysicalTable, catalog: Catalog, world: World): Problem[] {
  const kind = world.taken.get(table.name);
  if (kind !== undefined) return [notOurs(table.name, kind, catalog, world)];
  return table.indexes.flatMap((index) => indexNameProblem(table.name, index.name, world) ?? []);
}

/** Names of indexes are shared with those of tables, and with indexes of other tables. */
export function indexNameProblem(table: string, name: string, world: World): Problem | null {
  const kind = world.taken.get(name);
  if (kind === undefined) return null;
  return {
    code: "name-taken",
    table,
    message: `An index of table "${table}" would be called "${name}", and the schema "${world.schema}" has ${withArticle(kind)} of that name. Rename that ${kind}.`,
  };
}

function notOurs(name: string, kind: string, { system }: Catalog, world: World): Problem {
  const lostItsMark =
    kind === "table" && system.tables.some((registered) => registered.name === name);
  return {
    code: "table-not-ours",
    table: name,
    message: lostItsMark
      ? `The table "${name}" in the schema "${world.schema}" has not the constraint "${idCheckName(name)}" with which Convoy made it, so it may be another one. It is left alone. Restore the constraint, or rename the table.`
      : `The schema "${world.schema}" has ${withArticle(kind)} "${name}" that Convoy did not make. It is left alone. Rename it (alter ${kind} … rename to …), give the table another name in convoy/schema.ts, or use another schema for Convoy's tables.`,
  };
}

function withArticle(kind: string): string {
  return `${kind === "index" ? "an" : "a"} ${kind}`;
}

function tooMany(table: string): Problem {
  return {
    code: "too-many-tables",
    table,
    message: `Table "${table}" cannot be created: the database has had ${MAX_TABLE_NUMBER} tables, and the number of a table, which is in its ids, is never used again. Use a new database.`,
  };
}

function recreated(table: string): Notice {
  return {
    code: "table-recreated",
    table,
    message: `Table "${table}" was Convoy's and is gone: it was dropped or renamed by other means. It is created anew, without rows.`,
  };
}

/** Half of the names of fields in common: fewer say little. */
const LIKENESS = 0.5;

/** A rename looks like this, and is not guessed: its documents stay where they are. */
function likelyRenames(
  name: string,
  { manifest, desired, options }: PlanInput,
  world: World,
): readonly Notice[] {
  const added = manifest.tables.find((table) => table.name === name);
  const spoken = new Set([...desired.tables.map((table) => table.name), ...options.allowDrop]);
  const removed = (world.applied?.tables ?? []).filter(
    (table) => world.tables.has(table.name) && !spoken.has(table.name),
  );
  return removed
    .filter((table) => added !== undefined && likeness(table, added) >= LIKENESS)
    .map((table) => ({
      code: "may-be-rename",
      table: name,
      message: `Table "${name}" is new, and "${table.name}", which looks like it, is no longer in the schema. The documents of "${table.name}" stay there. If it is meant to be the same table: \`convoy deploy --rename ${table.name}:${name}\`.`,
    }));
}

function likeness(a: ManifestTable, b: ManifestTable): number {
  const names = new Set(a.fields.map((field) => field.name));
  const common = b.fields.filter((field) => names.has(field.name)).length;
  const all = names.size + b.fields.length - common;
  return all === 0 ? 0 : common / all;
}
