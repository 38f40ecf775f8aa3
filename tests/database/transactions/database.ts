import { createHash } from "node:crypto";
import { ledgerTableSql } from "../../../runtime/database/transactions/ledger.js";
import type { RetryTiming } from "../../../runtime/database/transactions/retry.js";
import type { ReadSession } from "../../../runtime/database/session/session.js";
import type { Parameter, Statement } from "../../../runtime/database/session/statement.js";
import { withClient } from "../../../runtime/postgres/embedded/database-client.js";
import type { OwnDatabase } from "../../../runtime/postgres/embedded/template-database.js";
import { testDatabase } from "../../support/postgres.js";

/** A database with a ledger and whatever else the test needs. */
export async function databaseWith(sql: string): Promise<OwnDatabase> {
  const database = await testDatabase();
  await execute(database.url, `create schema _convoy; ${ledgerTableSql}; ${sql}`);
  return database;
}

/** SQL on a connection of its own, beside whatever is under test. */
export async function execute(url: string, sql: string): Promise<readonly unknown[]> {
  const result = await withClient(url, (client) =>
    client.query<unknown[]>({ text: sql, rowMode: "array" }),
  );
  return result.rows;
}

/** Names a statement by its text, as the builders do. */
export function statement(text: string): Statement {
  return { name: createHash("sha256").update(text).digest("hex").slice(0, 32), text };
}

/** The rows of a statement. */
export async function rows(
  session: ReadSession,
  text: string,
  ...parameters: Parameter[]
): Promise<readonly (readonly (string | null)[])[]> {
  return (await session.run(statement(text), parameters)).rows;
}

export const jsonCodec = {
  encode: (value: unknown): string => JSON.stringify(value) ?? "null",
  decode: (text: string): never => JSON.parse(text) as never,
};

/** Retries without waiting, and counts them. */
export function countedTiming(): RetryTiming & { readonly delays: number[] } {
  const delays: number[] = [];
  return {
    delays,
    random: () => 0.5,
    delay: async (ms) => {
      delays.push(ms);
    },
  };
}
