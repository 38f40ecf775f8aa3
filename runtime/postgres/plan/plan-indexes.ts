import type { CatalogIndex } from "../catalog/catalog.js";
import type { PhysicalIndex, PhysicalTable } from "../schema/physical-schema.js";
import { identifier, qualified } from "../sql/identifier.js";
import { createIndex, findDuplicates, forgetIndex, registerIndex } from "./ddl.js";
import { indexNameProblem } from "./plan-new-tables.js";
import type { Problem } from "./problem.js";
import type { CheckDuplicatesStep, CreateIndexStep, DropIndexStep } from "./step.js";
import type { ExistingTable, World } from "./world.js";

export interface IndexFindings {
  readonly checks: readonly CheckDuplicatesStep[];
  readonly creates: readonly (CreateIndexStep | DropIndexStep)[];
  /** These come last: queries of servers that still run read by them. */
  readonly drops: readonly DropIndexStep[];
  readonly problems: readonly Problem[];
}

/** The indexes of a table that is there. An index whose definition changed has another name. */
export function planIndexes(
  desired: PhysicalTable,
  existing: ExistingTable,
  world: World,
): IndexFindings {
  const checks: CheckDuplicatesStep[] = [];
  const creates: (CreateIndexStep | DropIndexStep)[] = [];
  const problems: Problem[] = [];
  const built = new Map(existing.table.indexes.map((index) => [index.name, index]));
  const hasRows = existing.table.estimatedRows > 0;
  const estimate = { rows: existing.table.estimatedRows, bytes: existing.table.bytes };

  for (const index of desired.indexes) {
    const found = built.get(index.name);
    if (found !== undefined && isUsable(found, index)) continue;
    const problem = found === undefined ? indexNameProblem(desired.name, index.name, world) : null;
    if (problem !== null) {
      problems.push(problem);
      continue;
    }
    if (found !== undefined) creates.push(dropIndex(index.name, "It was not built to its end."));
    if (index.unique && hasRows) checks.push(checkDuplicates(index));
    creates.push(create(index));
  }
  // Also one that is gone already: a run ended between dropping it and forgetting it.
  const drops = existing.registered
    .filter(({ name }) => !desired.indexes.some((index) => index.name === name))
    .map(({ name, index }) => dropIndex(name, reasonToDrop(index)));
  return { checks, creates, drops, problems };

  function create(index: PhysicalIndex): CreateIndexStep {
    return {
      kind: "create-index",
      table: desired.name,
      index: index.index,
      name: index.name,
      unique: index.unique,
      register: registerIndex(existing.number, index),
      duplicates: index.unique ? findDuplicates(world.schema, desired.name, index.keys) : null,
      mustBeEmpty: hasRows ? null : desired.name,
      sql: [createIndex(world.schema, desired.name, index, hasRows)],
      lock: { mode: hasRows ? "share update exclusive" : "share", on: desired.name },
      estimate,
      reason: `The schema has ${kindOf(index)} "${index.index}" of "${desired.name}"${hadBefore(index.index) ? ", whose definition has changed" : ""}.`,
      transaction: !hasRows,
    };
  }

  function checkDuplicates(index: PhysicalIndex): CheckDuplicatesStep {
    return {
      kind: "check-duplicates",
      table: existing.currentName,
      index: index.index,
      sql: [findDuplicates(world.schema, existing.currentName, index.keys)],
      lock: { mode: "access share", on: existing.currentName },
      estimate,
      reason: `The unique index "${index.index}" of "${desired.name}" cannot be built over documents that are alike in its fields.`,
      transaction: true,
    };
  }

  function dropIndex(name: string, reason: string): DropIndexStep {
    return {
      kind: "drop-index",
      table: desired.name,
      name,
      sql: [
        `drop index concurrently if exists ${qualified(world.schema, name)}`,
        forgetIndex(name),
      ],
      lock: { mode: "share update exclusive", on: desired.name },
      estimate,
      reason: `${reason} Index ${identifier(name)} holds no data of its own.`,
      transaction: false,
    };
  }

  function hadBefore(index: string): boolean {
    return existing.registered.some((other) => other.index === index && built.has(other.name));
  }

  function reasonToDrop(index: string): string {
    return desired.indexes.some((other) => other.index === index)
      ? `Index "${index}" of "${desired.name}" has another definition now.`
      : `Index "${index}" of "${desired.name}" is no longer in the schema.`;
  }
}

function isUsable(found: CatalogIndex, wanted: PhysicalIndex): boolean {
  return found.valid && found.unique === wanted.unique;
}

function kindOf({ unique }: PhysicalIndex): string {
  return unique ? "a unique index" : "an index";
}
