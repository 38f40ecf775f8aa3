import { createRequire } from "node:module";
import { Client } from "pg";
import { checkDatabaseUrl, connectionUrl } from "../../runtime/postgres/embedded/connection-url.js";
import { urlOfDatabase } from "../../runtime/postgres/embedded/database-client.js";
import { missingBinaries } from "../../runtime/postgres/embedded/failures.js";
import { currentPlatform, packageFor } from "../../runtime/postgres/embedded/platform.js";
import { CONNECT_TIMEOUT_MS, connectFailure } from "../database/connect-failure.js";
import { findDatabase, hasEmbeddedData } from "../database/find-database.js";
import { describeFailure } from "../failure.js";
import { type DatabaseRights, judgeRights, readRights } from "./database-rights.js";
import { type Finding, ok, problem } from "./finding.js";

/** What was found of the database, and the database itself where it can be used. */
export interface DatabaseLook extends AsyncDisposable {
  readonly finding: Finding;
  /** `null` where there is none, or none yet. It holds the password. */
  readonly url: string | null;
}

/**
 * Looks for the database of a project, and makes nothing: neither a database, nor the data of an
 * embedded server. One that has data is started for as long as the look lasts.
 */
export async function lookAtDatabase(
  root: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<DatabaseLook> {
  try {
    const url = await connectionUrl({ env, root });
    if (url !== null) return await lookAt(url);
    if (!(await hasEmbeddedData(root))) return closed(checkEmbeddedPackage());
    const database = await findDatabase(root, env, "nothing");
    const { finding } = await lookAt(database.url);
    return {
      finding: finding.outcome === "ok" ? ok("database", `Embedded: ${finding.message}`) : finding,
      url: finding.outcome === "ok" ? database.url : null,
      [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
    };
  } catch (error) {
    // It says what to do, and neither SQL nor passwords.
    return closed(problem("database", describeFailure(error).message, null));
  }
}

function closed(finding: Finding, url: string | null = null): DatabaseLook {
  return { finding, url, [Symbol.asyncDispose]: async () => {} };
}

/** @throws {ConvoyError} where there is none for this platform, or it is not installed. */
function checkEmbeddedPackage(): Finding {
  const name = packageFor(currentPlatform());
  try {
    createRequire(import.meta.url).resolve(name);
  } catch (cause) {
    throw missingBinaries(name, cause);
  }
  return ok(
    "database",
    "DATABASE_URL is not set: `convoy dev` starts the embedded Postgres, which is installed, with its data in .convoy/postgres.",
  );
}

async function lookAt(url: string): Promise<DatabaseLook> {
  checkDatabaseUrl(url);
  try {
    const finding = judgeRights(await rightsOn(url));
    return closed(finding, finding.outcome === "ok" ? url : null);
  } catch (error) {
    const code = (error as { readonly code?: string }).code;
    if (code === NO_SUCH_DATABASE) return closed(await lookForServerOf(url));
    const { message, fix } = connectFailure(url, error);
    return closed(problem("database", message, fix));
  }
}

/** What Postgres says when there is no database of that name. */
const NO_SUCH_DATABASE = "3D000";

/** The server is there, the database is not: `convoy dev` makes it where the user may. */
async function lookForServerOf(url: string): Promise<Finding> {
  const { database } = new Client({ connectionString: url });
  const mayCreate = await rightsOn(urlOfDatabase(url, "postgres")).then(
    (rights) => rights.createsDatabases,
    () => false,
  );
  return mayCreate
    ? ok("database", `There is no database "${database}" yet: \`convoy dev\` creates it.`)
    : problem(
        "database",
        `There is no database "${database}", and this user cannot create it.`,
        `createdb ${database}, as a user who may; or correct DATABASE_URL.`,
      );
}

async function rightsOn(url: string): Promise<DatabaseRights> {
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    application_name: "convoy doctor",
  });
  client.on("error", () => {});
  await client.connect();
  try {
    return await readRights(client);
  } finally {
    await client.end();
  }
}
