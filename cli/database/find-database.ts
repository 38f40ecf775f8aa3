import path from "node:path";
import { Client } from "pg";
import { ConvoyError } from "../../protocol/errors.js";
import { connectionUrl } from "../../runtime/postgres/embedded/connection-url.js";
import { urlOfDatabase, withClient } from "../../runtime/postgres/embedded/database-client.js";
import { startEmbeddedPostgres } from "../../runtime/postgres/embedded/start.js";
import { databaseError } from "../../runtime/postgres/errors/database-error.js";
import { identifier } from "../../runtime/postgres/sql/identifier.js";

/** The database of a project, for as long as the scope lasts. */
export interface ProjectDatabase extends AsyncDisposable {
  readonly url: string;
  /** Whether it is the one that Convoy brings along. */
  readonly embedded: boolean;
}

/**
 * The database that the project names, made if it is not there; or else the embedded one.
 *
 * @throws {ConvoyError} where it cannot be reached or started.
 */
export async function findDatabase(
  root: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<ProjectDatabase> {
  const url = await connectionUrl({ env, root });
  if (url !== null) {
    await createIfMissing(url);
    return { url, embedded: false, [Symbol.asyncDispose]: async () => {} };
  }
  const server = await startEmbeddedPostgres({ dataDir: path.join(root, ".convoy", "postgres") });
  return {
    get url() {
      return server.url;
    },
    embedded: true,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** What Postgres says when there is no database of that name. */
const NO_SUCH_DATABASE = "3D000";

async function createIfMissing(url: string): Promise<void> {
  const client = new Client({ connectionString: url });
  client.on("error", () => {});
  try {
    await client.connect();
  } catch (error) {
    if ((error as { readonly code?: string }).code !== NO_SUCH_DATABASE) {
      throw databaseError(error, "connect");
    }
    await createDatabase(url, client.database ?? "");
    return;
  }
  await client.end();
}

async function createDatabase(url: string, name: string): Promise<void> {
  try {
    await withClient(urlOfDatabase(url, "postgres"), (client) =>
      client.query(`create database ${identifier(name)}`),
    );
  } catch (cause) {
    // Somebody else may have been quicker.
    if ((cause as { readonly code?: string }).code === "42P04") return;
    throw new ConvoyError(
      "database-not-created",
      `There is no database "${name}", and it cannot be created. Create it (createdb), or correct DATABASE_URL.`,
      { cause },
    );
  }
}
