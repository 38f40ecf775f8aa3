import { Client, type QueryResultRow } from "pg";
import type { Manifest } from "../../../compiler/model/manifest.js";
import type { OwnDatabase } from "../../../runtime/postgres/embedded/template-database.js";
import {
  planSchema,
  type SyncOptions,
  type SyncResult,
  syncSchema,
} from "../../../runtime/postgres/apply/sync-schema.js";
import type { Plan } from "../../../runtime/postgres/plan/plan.js";
import { testDatabase } from "../../support/postgres.js";

type Options = Partial<Omit<SyncOptions, "url" | "manifest">>;

/** A database of a test's own, and a connection that looks into it. */
export interface SyncedDatabase extends AsyncDisposable {
  readonly url: string;
  sync(manifest: Manifest, options?: Options): Promise<SyncResult>;
  plan(manifest: Manifest, options?: Options): Promise<Plan>;
  rows<Row extends QueryResultRow>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
  /** Everything that sync makes, as text: equal for equal tables. */
  describe(): Promise<string>;
}

/** Databases that are emptied and used again: making one takes longer than most tests. */
export interface SyncedDatabases extends AsyncDisposable {
  /** An empty one, which is given back when the scope ends. */
  take(): Promise<SyncedDatabase>;
}

export function syncedDatabases(): SyncedDatabases {
  const free: SyncedDatabase[] = [];
  const made: AsyncDisposable[] = [];
  return {
    take: async () => free.pop() ?? (await make()),
    async [Symbol.asyncDispose]() {
      for (const database of made) await database[Symbol.asyncDispose]();
    },
  };

  async function make(): Promise<SyncedDatabase> {
    const database: OwnDatabase = await testDatabase();
    const { url } = database;
    const client = new Client({ connectionString: url });
    await client.connect();
    await client.query("set client_min_messages = warning");
    made.push({
      [Symbol.asyncDispose]: async () => {
        await client.end();
        await database[Symbol.asyncDispose]();
      },
    });
    const rows = async <Row extends QueryResultRow>(
      sql: string,
      values: readonly unknown[] = [],
    ): Promise<Row[]> => (await client.query<Row>(sql, [...values])).rows;
    const synced: SyncedDatabase = {
      url,
      sync: (manifest, options) => syncSchema({ ...options, url, manifest }),
      plan: (manifest, options) => planSchema({ ...options, url, manifest }),
      rows,
      describe: async () => JSON.stringify(await rows(everything), null, 1),
      async [Symbol.asyncDispose]() {
        await rows(`drop schema if exists public, _convoy, "my ""app""" cascade`);
        await rows("create schema public");
        free.push(synced);
      },
    };
    return synced;
  }
}

/** Names of NOT NULL constraints are left out: a renamed table keeps them. */
const everything = `
select c.relname as "table", (
    select array_agg(attname || ' ' || format_type(atttypid, atttypmod) || ' ' || attnotnull || ' '
        || coalesce(pg_get_expr(adbin, adrelid), '') order by attname)
    from pg_attribute left join pg_attrdef on adrelid = attrelid and adnum = attnum
    where attrelid = c.oid and attnum > 0 and not attisdropped
  ) as columns, (
    select array_agg(conname || ' ' || pg_get_constraintdef(oid) order by conname)
    from pg_constraint where conrelid = c.oid and contype <> 'n'
  ) as constraints, (
    select array_agg(pg_get_indexdef(indexrelid) || ' ' || indisvalid
      order by pg_get_indexdef(indexrelid))
    from pg_index where indrelid = c.oid
  ) as indexes, (
    select array_agg(concat_ws(' ', tgname, tgenabled, proname, proconfig, proacl::text, prosrc) order by tgname)
    from pg_trigger join pg_proc p on p.oid = tgfoid where tgrelid = c.oid and not tgisinternal
  ) as triggers, (
    select array_agg(r.name order by r.name) from _convoy.indexes r where r.table_number = t.number
  ) as registered, t.number
from pg_class c left join _convoy.tables t on t.name = c.relname
where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace
order by c.relname`;
