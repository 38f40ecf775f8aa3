import { DOCUMENT_COLUMN } from "../../database/storage/columns.js";
import type { CatalogColumn } from "../catalog/catalog.js";
import type { PhysicalColumn, PhysicalTable } from "../schema/physical-schema.js";
import { identifier, qualified } from "../sql/identifier.js";
import { columnDefinition, forgetIndex, noteChanges } from "./ddl.js";
import type { Notice, Problem } from "./problem.js";
import type { ChangeColumnsStep, SetNotNullStep } from "./step.js";
import type { ExistingTable, Findings, World } from "./world.js";

/** While a column is being declared NOT NULL; what a crash leaves of it is taken away. */
const PROOF = identifier("convoy_not_null");

export interface ColumnFindings extends Findings {
  /** Columns go or come, and with them all indexes of the table: it has no rows. */
  readonly rebuilt: boolean;
}

/**
 * The columns of a table that is there. Moving a field into a column or out of one is free where
 * there are no rows; where there are, it is a procedure of its own.
 */
export function planColumns(
  desired: PhysicalTable,
  existing: ExistingTable,
  world: World,
): ColumnFindings {
  const actual = existing.table.columns.filter(({ name }) => name !== "id");
  const added = desired.columns.filter((column) => !actual.some(isNamed(column.name)));
  const removed = actual.filter((column) => !desired.columns.some(isNamed(column.name)));
  const ours = removed.filter(({ name }) => isOurs(name, desired.name, world));
  const common = desired.columns.flatMap((wanted) => {
    const is = actual.find(isNamed(wanted.name));
    return is === undefined ? [] : [{ wanted, is }];
  });
  const retyped = common.filter(({ wanted, is }) => !isSameType(wanted, is));
  const loosened = common.filter(({ wanted, is }) => is.notNull && !wanted.notNull);
  const tightened = common.filter(({ wanted, is }) => !is.notNull && wanted.notNull);
  const notices = removed.filter((column) => !ours.includes(column)).map(kept);

  const steps: (ChangeColumnsStep | SetNotNullStep)[] = [];
  const moved = [...added, ...ours, ...retyped.map(({ wanted }) => wanted)];
  if (moved.length > 0 && existing.table.estimatedRows > 0) {
    return { steps, problems: [notAvailable(desired.name, moved)], notices, rebuilt: false };
  }
  const table = qualified(world.schema, desired.name);
  if (moved.length > 0) {
    const gone = [...ours, ...retyped.map(({ is }) => is)];
    const made = [...added, ...retyped.map(({ wanted }) => wanted)];
    const actions = [
      ...gone.map(({ name }) => `drop column ${identifier(name)}`),
      ...made.map((column) => `add column ${columnDefinition(column)}`),
    ];
    // Postgres would drop those that use such a column by itself, and nobody would know which.
    const indexes = existing.registered.flatMap(({ name }) => [
      `drop index if exists ${qualified(world.schema, name)}`,
      forgetIndex(name),
    ]);
    steps.push({
      ...change([
        ...indexes,
        `alter table ${table} ${actions.join(", ")}`,
        // Until the function knows the columns, nothing could be written.
        ...noteChanges(world.schema, desired, existing.number),
      ]),
      mustBeEmpty: desired.name,
      reason: `The columns of "${desired.name}" are others than the schema promotes, and it has no rows.`,
    });
  }
  const untouched = ({ wanted }: { readonly wanted: PhysicalColumn }) =>
    !retyped.some((other) => other.wanted === wanted);
  for (const { wanted } of loosened.filter(untouched)) {
    steps.push({
      ...change([`alter table ${table} alter column ${identifier(wanted.name)} drop not null`]),
      mustBeEmpty: null,
      reason: `Field "${wanted.name}" of "${desired.name}" may be missing now.`,
    });
  }
  for (const { wanted } of tightened.filter(untouched)) {
    steps.push(setNotNull(table, wanted.name));
  }
  const isLeft = existing.table.constraints.some(({ name }) => identifier(name) === PROOF);
  if (isLeft && tightened.length === 0) {
    steps.push({
      ...change([`alter table ${table} drop constraint if exists ${PROOF}`]),
      mustBeEmpty: null,
      reason: `An interrupted run left a constraint on "${desired.name}".`,
    });
  }
  return { steps, problems: [], notices, rebuilt: moved.length > 0 };

  function change(sql: readonly string[]): Omit<ChangeColumnsStep, "mustBeEmpty" | "reason"> {
    return {
      kind: "change-columns",
      table: desired.name,
      sql,
      lock: { mode: "access exclusive", on: desired.name },
      estimate: { rows: 0, bytes: 0 },
      transaction: true,
    };
  }

  /** `set not null` finds the proof in a valid check, and reads no row under its strong lock. */
  function setNotNull(table: string, column: string): SetNotNullStep {
    const quoted = identifier(column);
    return {
      kind: "set-not-null",
      table: desired.name,
      column,
      sql: [
        `alter table ${table} drop constraint if exists ${PROOF}`,
        `alter table ${table} add constraint ${PROOF} check (${quoted} is not null) not valid`,
        `alter table ${table} validate constraint ${PROOF}`,
        `alter table ${table} alter column ${quoted} set not null, drop constraint ${PROOF}`,
      ],
      lock: { mode: "access exclusive", on: desired.name },
      estimate: { rows: existing.table.estimatedRows, bytes: existing.table.bytes },
      reason: `Field "${column}" of "${desired.name}" is always there now.`,
      transaction: false,
    };
  }

  function kept({ name }: CatalogColumn): Notice {
    return {
      code: "column-kept",
      table: desired.name,
      message: `Table "${desired.name}" has a column "${name}" that is not Convoy's. It is left alone.`,
    };
  }
}

function isNamed(name: string): (column: { readonly name: string }) => boolean {
  return (column) => column.name === name;
}

function isSameType(wanted: PhysicalColumn, is: CatalogColumn): boolean {
  return wanted.type === is.type && wanted.collation === is.collation;
}

/** A person may add columns to a table; those that the schema promoted before are Convoy's. */
function isOurs(column: string, table: string, { applied }: World): boolean {
  const before = applied?.tables.find(({ name }) => name === table);
  if (column === DOCUMENT_COLUMN) return before === undefined || !before.relational;
  return before !== undefined && before.promoted.includes(column);
}

function notAvailable(table: string, columns: readonly { readonly name: string }[]): Problem {
  const names = columns
    .filter(({ name }) => name !== DOCUMENT_COLUMN)
    .map(({ name }) => `"${name}"`)
    .join(", ");
  return {
    code: "promotion-not-available",
    table,
    message: `Table "${table}" has documents, and what the schema promotes has changed (${names || "the whole table"}). Moving fields of existing documents between columns and documents is a step of its own, which this version does not have. For now, leave .promote() and .relational() of this table, and the types of promoted fields, as they were.`,
  };
}
