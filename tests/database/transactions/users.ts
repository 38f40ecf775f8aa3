import type { ConvoyError } from "../../../protocol/errors.js";
import type { WriteSession } from "../../../runtime/database/session/session.js";
import type { StatementResult } from "../../../runtime/database/session/statement.js";
import type { MutationId } from "../../../runtime/database/transactions/ledger.js";
import type { MutationOptions } from "../../../runtime/database/transactions/mutation-options.js";
import { runQuery } from "../../../runtime/database/transactions/query.js";
import { createPool, type Pool } from "../../../runtime/postgres/pool/pool.js";
import { databaseWith, execute, jsonCodec, rows, statement } from "./database.js";

/** Users with a unique name, and a counter. */
const tablesSql: string = `create table users (name text collate "C" not null);
     create unique index users_by_name on users (name);
     create table counters (name text primary key, value int not null);
     create table later (name text, constraint later_name unique (name) deferrable initially deferred)`;

/** The database of tests of mutations. */
export interface UsersDatabase extends AsyncDisposable {
  readonly url: string;
  readonly pool: Pool;
  /** Empties the tables, and the ledger. */
  empty(): Promise<unknown>;
}

export async function openUsers(): Promise<UsersDatabase> {
  const database = await databaseWith(tablesSql);
  const { url } = database;
  const pool = createPool({ url, max: 12 });
  return {
    url,
    pool,
    empty: () =>
      execute(
        url,
        "truncate users, later, counters, _convoy.mutations; insert into counters values ('a', 0)",
      ),
    async [Symbol.asyncDispose]() {
      await pool[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}

export const options: MutationOptions<unknown> = { codec: jsonCodec, uniqueIndex };
export const id: MutationId = { clientId: "client", mutationId: "1" };

export function insert(session: WriteSession, name: string): Promise<StatementResult> {
  return session.runChecked(statement("insert into users (name) values ($1)"), [name]);
}

export async function names(session: Parameters<typeof rows>[0]): Promise<unknown> {
  return (await rows(session, "select name from users order by name")).map(([name]) => name);
}

export async function stored(pool: Pool): Promise<unknown> {
  return await runQuery(pool, names);
}

export async function codeOf(promise: Promise<unknown>): Promise<string | null> {
  try {
    await promise;
    return null;
  } catch (error) {
    return (error as ConvoyError).code;
  }
}

function uniqueIndex(name: string): { table: string; index: string; fields: string[] } | undefined {
  return name === "users_by_name"
    ? { table: "users", index: "by_name", fields: ["name"] }
    : undefined;
}
