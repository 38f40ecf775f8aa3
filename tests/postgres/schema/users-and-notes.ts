import { escapeIdentifier } from "pg";
import { expect } from "vitest";
import type { Manifest, ManifestTable } from "../../../compiler/model/manifest.js";
import { idOf, index, manifest, number, table, text, unique } from "../plan/manifests.js";
import type { SyncedDatabase } from "./synced-database.js";

export const users: ManifestTable = table(
  "users",
  { email: text, "name?": text, "age?": number },
  { indexes: [unique("by_email", "email")] },
);
export const notes: ManifestTable = table(
  "notes",
  { text, userId: idOf("users") },
  { indexes: [index("by_user", "userId")] },
);
export const both: Manifest = manifest([users, notes]);

/** Gives the ids of the new rows. */
export async function insert(
  database: SyncedDatabase,
  table: string,
  docs: readonly object[],
): Promise<readonly string[]> {
  const rows = await database.rows<{ id: string }>(
    `insert into ${escapeIdentifier(table)} (doc) select unnest($1::jsonb[]) returning id`,
    [docs.map((doc) => JSON.stringify(doc))],
  );
  return rows.map(({ id }) => id);
}

/** A further sync would find nothing to do. */
export async function expectSettled(database: SyncedDatabase, wanted: Manifest): Promise<void> {
  const { steps, problems } = await database.plan(wanted);
  expect([...steps, ...problems]).toEqual([]);
}
