import path from "node:path";
import {
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  startEmbeddedPostgres,
} from "../../runtime/postgres/embedded/start.js";
import {
  createDatabaseFromTemplate,
  createTemplate,
  type OwnDatabase,
} from "../../runtime/postgres/embedded/template-database.js";

/** A Postgres to test against in place of the embedded one: `CONVOY_TEST_DATABASE_URL`. */
export const externalServer: string | null = process.env["CONVOY_TEST_DATABASE_URL"] || null;

/** The server that the tests share. `postgres-setup.ts` has it running for as long as they do. */
export const sharedServer: EmbeddedPostgresOptions = {
  dataDir: path.join(import.meta.dirname, "../../node_modules/.cache/convoy/tests/postgres"),
  // What these tests write need not outlive the machine.
  settings: { fsync: "off", full_page_writes: "off", max_connections: "200" },
};

let joined: Promise<EmbeddedPostgres> | null = null;

/** Any database of the server, as a user who may create databases. */
export async function serverUrl(): Promise<string> {
  if (externalServer !== null) return externalServer;
  // Until this process ends, which gives the share back.
  joined ??= startEmbeddedPostgres(sharedServer);
  return (await joined).url;
}

/**
 * An empty database, or a copy of what `setup` has filled once for all that name the same template.
 * Dropped when the scope ends, and a connection that is still open then fails the test.
 */
export async function testDatabase(template?: {
  /** Names what `setup` makes: when that changes, so must this. */
  readonly name: string;
  setup(url: string): Promise<void>;
}): Promise<OwnDatabase> {
  const url = await serverUrl();
  if (template !== undefined) await createTemplate(url, template.name, template.setup);
  return await createDatabaseFromTemplate(url, template?.name ?? "template0");
}
