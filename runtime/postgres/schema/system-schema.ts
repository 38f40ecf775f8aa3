import { ledgerTableSql } from "../../database/transactions/ledger.js";
import { changeLogTablesSql } from "./change-log-tables.js";

/** Where Convoy keeps what it needs itself; no table of a project is in it. */
export const SYSTEM_SCHEMA = "_convoy";

/** A change of the system schema. What has been released is never edited: a later step amends it. */
export interface SystemStep {
  readonly number: number;
  readonly sql: readonly string[];
}

/**
 * Applied in order, each in a transaction with the version it leads to. Every statement may find
 * its work done: a schema may have been restored in part.
 */
export const systemSteps: readonly SystemStep[] = [
  {
    number: 1,
    sql: [
      "create schema if not exists _convoy",
      `create table if not exists _convoy.system (
  is_only boolean primary key default true check (is_only),
  version integer not null,
  data_schema text not null
)`,
      // A dropped table keeps its row and with it its number: no later table's ids are like its own.
      `create table if not exists _convoy.tables (
  number smallint primary key check (number between 1 and 4095),
  name text unique,
  former_name text,
  created_at timestamptz not null default now(),
  dropped_at timestamptz,
  check ((name is null) = (dropped_at is not null))
)`,
      // Written before an index is built, so that what a crash leaves behind is known to be Convoy's.
      `create table if not exists _convoy.indexes (
  name text primary key,
  table_number smallint not null references _convoy.tables,
  index text not null,
  is_unique boolean not null,
  keys text[] not null
)`,
      `create table if not exists _convoy.schema_versions (
  id bigint generated always as identity primary key,
  hash text not null,
  manifest jsonb not null,
  applied_at timestamptz not null default now()
)`,
      ledgerTableSql,
      // A UUIDv7 as the server makes them, without its counter. PostgreSQL 15 has no uuidv7().
      `create or replace function _convoy.new_id(table_number integer) returns uuid
language sql volatile parallel safe as $$
  select (
    lpad(to_hex(floor(extract(epoch from clock_timestamp()) * 1000)::bigint), 12, '0')
    || to_hex(28672 + table_number)
    || substr(gen_random_uuid()::text, 20)
  )::uuid
$$`,
    ],
  },
  { number: 2, sql: changeLogTablesSql },
  // What is old is looked for page by page, which no index helps.
  { number: 3, sql: ["drop index if exists _convoy.mutations_created_at"] },
];

/** The version that the last step leads to. */
export const systemVersion: number = systemSteps.at(-1)?.number ?? 0;
