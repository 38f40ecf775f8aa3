import { Client } from "pg";
import type { Manifest } from "../../../compiler/model/manifest.js";
import { syncSchema } from "../../../runtime/postgres/apply/sync-schema.js";
import { createPool, type Pool } from "../../../runtime/postgres/pool/pool.js";
import { testDatabase } from "../../support/postgres.js";

/** A database with a schema, the pool of a server, and a connection of another program. */
export interface OpenDatabase extends AsyncDisposable {
  readonly url: string;
  readonly pool: Pool;
  readonly client: Client;
}

export async function openDatabase(manifest: Manifest): Promise<OpenDatabase> {
  const database = await testDatabase();
  const { url } = database;
  await syncSchema({ url, manifest });
  const pool = createPool({ url });
  const client = new Client({ connectionString: url });
  await client.connect();
  return {
    url,
    pool,
    client,
    async [Symbol.asyncDispose]() {
      await client.end();
      await pool[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}
