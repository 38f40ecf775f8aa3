import type { ConvoyError } from "../../../protocol/errors.js";
import type { WriteSession } from "../../../runtime/database/session/session.js";
import type { StatementResult } from "../../../runtime/database/session/statement.js";
import type { MutationId } from "../../../runtime/database/transactions/ledger.js";
import type { MutationOptions } from "../../../runtime/database/transactions/mutation-options.js";
import { runQuery } from "../../../runtime/database/transactions/query.js";
import type { Pool } from "../../../runtime/postgres/pool/pool.js";
import { jsonCodec, rows, statement } from "./database.js";

/** The database of tests of mutations: users with a unique name, and a counter. */
export const usersSql: string = `create table users (name text collate "C" not null);
     create unique index users_by_name on users (name);
     create table counters (name text primary key, value int not null);
     create table later (name text, constraint later_name unique (name) deferrable initially deferred)`;

/** Empties them, and the ledger. */
export const emptySql: string =
  "truncate users, later, counters, _convoy.mutations; insert into counters values ('a', 0)";

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
