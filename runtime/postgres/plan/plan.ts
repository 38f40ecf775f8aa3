import { SYSTEM_SCHEMA } from "../schema/system-schema.js";
import { manifestHash, manifestKey } from "./manifest-key.js";
import { planChangeLog } from "./plan-change-log.js";
import { planColumns } from "./plan-columns.js";
import { planDocuments } from "./plan-documents.js";
import { planIndexes } from "./plan-indexes.js";
import { planNewTables } from "./plan-new-tables.js";
import { planRemovedTables } from "./plan-removed-tables.js";
import { planRenames } from "./plan-renames.js";
import { environmentProblems, planSystem } from "./plan-system.js";
import type { Notice, Problem } from "./problem.js";
import type { RecordManifestStep, Step } from "./step.js";
import type { ExistingTable, PlanInput, World } from "./world.js";

/** What has to be done for a database to be as a schema wants it. */
export interface Plan {
  /** In this order. None where there are problems. */
  readonly steps: readonly Step[];
  /** What a person has to decide or mend first. */
  readonly problems: readonly Problem[];
  readonly notices: readonly Notice[];
}

/**
 * Compares what is wanted with what there is. It reads nothing and changes nothing; the same input
 * gives the same plan.
 *
 * The order of its steps: what may find that the schema does not fit the documents comes before
 * everything that changes something; what is new before what it replaces goes; and the note that all
 * is done comes last.
 */
export function plan(input: PlanInput): Plan {
  const blockers = environmentProblems(input.catalog);
  if (blockers.length > 0) return { steps: [], problems: blockers, notices: [] };

  const renames = planRenames(input);
  const { world } = renames;
  const added = planNewTables(input, world);
  const removed = planRemovedTables(input, world);
  const checks: Step[] = [];
  const columns: Step[] = [];
  const indexes: Step[] = [];
  const triggers: Step[] = [];
  const drops: Step[] = [];
  const problems: Problem[] = [...renames.problems, ...added.problems];
  const notices: Notice[] = [...added.notices, ...removed.notices];

  for (const desired of input.desired.tables) {
    const existing = world.tables.get(desired.name);
    const table = input.manifest.tables.find(({ name }) => name === desired.name);
    if (existing === undefined || table === undefined) continue;
    const ofColumns = planColumns(desired, existing, world);
    const ofIndexes = planIndexes(
      desired,
      ofColumns.rebuilt ? withoutIndexes(existing) : existing,
      world,
    );
    const ofDocuments = planDocuments(table, input.manifest.types, desired, existing, world);
    checks.unshift(...ofDocuments.steps);
    checks.push(...ofIndexes.checks);
    columns.push(...ofColumns.steps);
    indexes.push(...ofIndexes.creates);
    if (!ofColumns.rebuilt) triggers.push(...planChangeLog(desired, existing, world));
    drops.push(...ofIndexes.drops);
    problems.push(...ofColumns.problems, ...ofDocuments.problems, ...ofIndexes.problems);
    notices.push(...ofColumns.notices, ...restored(desired.name, world));
  }
  if (problems.length > 0) return { steps: [], problems, notices };
  const steps = [
    ...checks,
    ...planSystem(input.catalog),
    ...renames.steps,
    ...added.steps,
    ...columns,
    ...indexes,
    ...triggers,
    ...drops,
    ...removed.steps,
    ...planRecord(input),
  ];
  return { steps, problems, notices };
}

function withoutIndexes(existing: ExistingTable): ExistingTable {
  const gone = new Set(existing.registered.map(({ name }) => name));
  const indexes = existing.table.indexes.filter(({ name }) => !gone.has(name));
  return { ...existing, registered: [], table: { ...existing.table, indexes } };
}

function planRecord({ manifest, applied }: PlanInput): readonly RecordManifestStep[] {
  if (applied !== null && manifestKey(applied) === manifestKey(manifest)) return [];
  return [
    {
      kind: "record-manifest",
      hash: manifestHash(manifest),
      sql: [`insert into ${SYSTEM_SCHEMA}.schema_versions (hash, manifest) values ($1, $2)`],
      lock: { mode: "none", on: null },
      estimate: { rows: 1, bytes: 0 },
      reason: "The next plan compares with the schema that was applied.",
      transaction: true,
    },
  ];
}

/** The schema has a table again that was kept when it went. */
function restored(table: string, { applied, tables }: World): readonly Notice[] {
  const rows = tables.get(table)?.table.estimatedRows ?? 0;
  const isKnown = applied?.tables.some(({ name }) => name === table) ?? true;
  if (isKnown || rows === 0) return [];
  return [
    {
      code: "table-restored",
      table,
      message: `Table "${table}" was kept when it left the schema. It is used again, with the documents that are in it.`,
    },
  ];
}
