import { createHash } from "node:crypto";
import { ConvoyError } from "../../../protocol/errors.js";
import { postgresError } from "../../postgres/errors/sqlstate.js";
import type { Connection } from "../../postgres/pool/connection.js";
import type { Statement, StatementResult } from "../session/statement.js";

/** What a client calls one of its mutations, so that it is applied once however often it is sent. */
export interface MutationId {
  readonly clientId: string;
  readonly mutationId: string;
}

/**
 * The results of the mutations that clients have named. A row is written in the transaction of its
 * mutation, so it is there if and only if the mutation is.
 */
export const ledgerTableSql: string = `create table if not exists _convoy.mutations (
  client_id text collate "C" not null,
  mutation_id text collate "C" not null,
  result text not null,
  created_at timestamp(3) with time zone not null default now(),
  primary key (client_id, mutation_id)
)`;

const insertRow: Statement = {
  name: "convoy_ledger_insert",
  text: "insert into _convoy.mutations (client_id, mutation_id, result) values ($1, $2, $3)",
};

const selectRow: Statement = {
  name: "convoy_ledger_select",
  text: "select result from _convoy.mutations where client_id = $1 and mutation_id = $2",
};

/**
 * The last statement of a mutation, which leaves with COMMIT: it violates the primary key where the
 * mutation was applied before.
 */
export function recordInLedger(
  connection: Connection,
  { clientId, mutationId }: MutationId,
  result: string,
): Promise<StatementResult> {
  return connection.runAhead(insertRow, [clientId, mutationId, result]);
}

/** The stored result, or `null` where the mutation was not applied. */
export async function findInLedger(
  connection: Connection,
  { clientId, mutationId }: MutationId,
): Promise<string | null> {
  const { rows } = await connection.run(selectRow, [clientId, mutationId]);
  return rows[0]?.[0] ?? null;
}

/** Whether an error says that the ledger has the mutation. */
export function isInLedger(error: unknown): boolean {
  const { code, schema, table } = postgresError(error);
  return code === "23505" && schema === "_convoy" && table === "mutations";
}

/**
 * The number of a mutation's lock. It only keeps the locks of different mutations apart; equal numbers
 * wait in vain.
 */
export function numberOf({ clientId, mutationId }: MutationId): string {
  const digest = createHash("sha256").update(`${clientId}\0${mutationId}`).digest();
  return String(digest.readBigInt64BE(0));
}

/** Ids are compared and stored as they are, so they are short and plain. */
export function checkMutationId({ clientId, mutationId }: MutationId): void {
  const plain = /^[\x21-\x7e]{1,128}$/;
  if (plain.test(clientId) && plain.test(mutationId)) return;
  throw new ConvoyError(
    "invalid-mutation-id",
    "The id of a client or a mutation is not 1 to 128 printable ASCII characters. Let the client make them.",
    { status: 400 },
  );
}
