import { stat } from "node:fs/promises";
import path from "node:path";
import { Client } from "pg";
import { ConvoyError } from "../../protocol/errors.js";
import { checkDatabaseUrl, connectionUrl } from "../../runtime/postgres/embedded/connection-url.js";
import { urlOfDatabase, withClient } from "../../runtime/postgres/embedded/database-client.js";
import { startEmbeddedPostgres } from "../../runtime/postgres/embedded/start.js";
import { postgresError } from "../../runtime/postgres/errors/sqlstate.js";
import { identifier } from "../../runtime/postgres/sql/identifier.js";
import { CONNECT_TIMEOUT_MS, connectError } from "./connect-failure.js";

/** The database of a project, for as long as the scope lasts. */
export interface ProjectDatabase extends AsyncDisposable {
  readonly url: string;
  /** Whether it is the one that Convoy brings along. */
  readonly embedded: boolean;
  /** Its name, where the server had none of that name and it was made just now. */
  readonly created: string | null;
}

/**
 * What may be made where there is nothing: also the embedded database, one of the name in DATABASE_URL,
 * or nothing. That name may be a slip; and a deploy that is told of no database has forgotten it.
 */
export type MayMake = "all" | "named" | "nothing";

/**
 * The database that the project names; or else the embedded one.
 *
 * @throws {ConvoyError} where it cannot be reached, made or started, or is not there and is not to be
 *   made.
 */
export async function findDatabase(
  root: string,
  env: Readonly<Record<string, string | undefined>>,
  mayMake: MayMake,
): Promise<ProjectDatabase> {
  const url = await connectionUrl({ env, root });
  if (url !== null) {
    checkDatabaseUrl(url);
    const created = await findNamed(url, mayMake);
    return { url, embedded: false, created, [Symbol.asyncDispose]: async () => {} };
  }
  if (mayMake !== "all" && !(await hasEmbeddedData(root))) throw noneNamed();
  const server = await startEmbeddedPostgres({ dataDir: path.join(root, ".convoy", "postgres") });
  return {
    get url() {
      return server.url;
    },
    embedded: true,
    created: null,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

export async function hasEmbeddedData(root: string): Promise<boolean> {
  return await stat(path.join(root, ".convoy", "postgres", "data")).then(
    () => true,
    () => false,
  );
}

function noneNamed(): ConvoyError {
  return new ConvoyError(
    "database-url-missing",
    "No database is named, and there is no embedded one yet. Set DATABASE_URL in the environment, in .env.local or in .env, as in postgresql://user:password@host:5432/name. On your own machine, `convoy dev` makes the embedded one.",
  );
}

/** What Postgres says when there is no database of that name. */
const NO_SUCH_DATABASE = "3D000";
/** What it says when somebody else has made the database before, or in the same moment. */
const ofTheQuicker = new Set(["42P04", "23505"]);
const NOT_ALLOWED = "42501";

/** Gives its name if it was made. */
async function findNamed(url: string, mayMake: MayMake): Promise<string | null> {
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  });
  client.on("error", () => {});
  try {
    await client.connect();
  } catch (error) {
    if (postgresError(error).code !== NO_SUCH_DATABASE) throw connectError(url, error);
    if (mayMake === "nothing") throw missing(client, error);
    return await createDatabase(url, client.database ?? "");
  }
  await client.end();
  return null;
}

function missing({ database, host, port }: Client, cause: unknown): ConvoyError {
  return new ConvoyError(
    "database-missing",
    `There is no database "${database}" at ${host}:${port}. Correct its name in DATABASE_URL; if it is to be a new one, \`convoy dev\` and \`convoy deploy\` create it.`,
    { cause },
  );
}

async function createDatabase(url: string, name: string): Promise<string | null> {
  try {
    await withClient(urlOfDatabase(url, "postgres"), (client) =>
      client.query(`create database ${identifier(name)}`),
    );
    return name;
  } catch (cause) {
    const { code } = postgresError(cause);
    if (ofTheQuicker.has(code)) return null;
    const mayNot = code === NOT_ALLOWED ? "this user may not create one" : "it cannot be created";
    throw new ConvoyError(
      "database-not-created",
      `There is no database "${name}", and ${mayNot}. Create it (createdb), or correct DATABASE_URL.`,
      { cause },
    );
  }
}
