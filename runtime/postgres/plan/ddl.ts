import { SYSTEM_SCHEMA } from "../schema/system-schema.js";
import {
  changeFunction,
  changeFunctionName,
  createChangeFunction,
  createChangeTriggers,
} from "../schema/change-triggers.js";
import { idCheckExpression, idCheckName } from "../schema/id-check.js";
import type { PhysicalColumn, PhysicalIndex, PhysicalTable } from "../schema/physical-schema.js";
import { identifier, literal, qualified } from "../sql/identifier.js";

/** The SQL of tables and indexes. Names of tables come with their schema, always. */

export function createTable(schema: string, table: PhysicalTable, number: number): string {
  const lines = [
    `id uuid primary key default ${SYSTEM_SCHEMA}.new_id(${number})`,
    ...table.columns.map(columnDefinition),
    `constraint ${identifier(idCheckName(table.name))} check (${idCheckExpression(number)})`,
  ];
  return `create table ${qualified(schema, table.name)} (\n  ${lines.join(",\n  ")}\n)`;
}

export function columnDefinition({ name, type, notNull, collation }: PhysicalColumn): string {
  const collate = collation === null ? "" : ` collate ${identifier(collation)}`;
  return `${identifier(name)} ${type}${collate}${notNull ? " not null" : ""}`;
}

export function createIndex(
  schema: string,
  table: string,
  { name, unique, keys }: PhysicalIndex,
  concurrently: boolean,
): string {
  const kind = unique ? "create unique index" : "create index";
  const how = concurrently ? " concurrently" : "";
  return `${kind}${how} ${identifier(name)} on ${qualified(schema, table)} (${keys.join(", ")})`;
}

/** Tells that an index of this name is Convoy's, which may be dropped when nothing asks for it. */
export function registerIndex(
  number: number,
  { name, index, unique, keys }: PhysicalIndex,
): string {
  return `insert into ${SYSTEM_SCHEMA}.indexes (name, table_number, index, is_unique, keys) values (${literal(name)}, ${number}, ${literal(index)}, ${unique}, ${textArray(keys)}) on conflict (name) do update set table_number = excluded.table_number, index = excluded.index, is_unique = excluded.is_unique, keys = excluded.keys`;
}

export function forgetIndex(name: string): string {
  return `delete from ${SYSTEM_SCHEMA}.indexes where name = ${literal(name)}`;
}

export function registerTable(number: number, name: string): string {
  return `insert into ${SYSTEM_SCHEMA}.tables (number, name) values (${number}, ${literal(name)})`;
}

/** Its number stays taken: ids of the table may still be in documents of others. */
export function forgetTable(number: number): readonly string[] {
  return [
    `drop function if exists ${qualified(SYSTEM_SCHEMA, changeFunctionName(number))}()`,
    `delete from ${SYSTEM_SCHEMA}.indexes where table_number = ${number}`,
    `update ${SYSTEM_SCHEMA}.tables set name = null, former_name = name, dropped_at = now() where number = ${number}`,
  ];
}

/** Has all that is written to a table noted in the change log, from this transaction on. */
export function noteChanges(
  schema: string,
  { name, changes }: PhysicalTable,
  number: number,
): readonly string[] {
  return [
    ...createChangeFunction(changeFunction(number, changes)),
    ...createChangeTriggers(schema, name, number),
  ];
}

/** Ten groups of documents that a unique index would not allow, the largest first. */
export function findDuplicates(schema: string, table: string, keys: readonly string[]): string {
  const expressions = keys.map((key) =>
    key.replace(/(?: (?:asc|desc))?(?: nulls (?:first|last))?$/i, ""),
  );
  // An index counts a NULL as different from all others.
  const present = expressions.map((expression) => `${expression} is not null`).join(" and ");
  const columns = expressions.map((_, position) => position + 1).join(", ");
  return `select count, ids from (select ${expressions.map((expression, at) => `${expression} as k${at}`).join(", ")}, count(*)::int as count, (array_agg(id::text order by id))[1:10] as ids from ${qualified(schema, table)} where ${present} group by ${columns} having count(*) > 1) as groups order by count desc, ids limit 10`;
}

function textArray(texts: readonly string[]): string {
  return `array[${texts.map(literal).join(", ")}]::text[]`;
}
