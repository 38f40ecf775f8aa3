import type { Client } from "pg";
import { identifier } from "../../runtime/postgres/sql/identifier.js";
import { type Finding, ok, problem } from "./finding.js";

/** A server, and what its user may do in a database. */
export interface DatabaseRights {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  /** As Postgres tells it: `16.4 (Debian …)`. */
  readonly version: string;
  readonly major: number;
  readonly isStandby: boolean;
  readonly createsDatabases: boolean;
  readonly createsSchemas: boolean;
  /** `null` where the schema is not there. */
  readonly createsTables: boolean | null;
  /** The same of Convoy's own schema. */
  readonly createsOwnTables: boolean | null;
}

/** The oldest server that is tested. */
const MIN_SERVER = 15;

const query = `
select current_database() as database, current_user as user,
  current_setting('server_version') as version,
  current_setting('server_version_num')::int / 10000 as major,
  pg_is_in_recovery() as standby,
  (select rolcreatedb or rolsuper from pg_roles where rolname = current_user) as creates_databases,
  has_database_privilege(current_database(), 'CREATE') as creates_schemas,
  (select has_schema_privilege(oid, 'CREATE') from pg_namespace where nspname = 'public')
    as creates_tables,
  (select has_schema_privilege(oid, 'CREATE') from pg_namespace where nspname = '_convoy')
    as creates_own_tables`;

export async function readRights(client: Client): Promise<DatabaseRights> {
  const { rows } = await client.query<{
    database: string;
    user: string;
    version: string;
    major: number;
    standby: boolean;
    creates_databases: boolean;
    creates_schemas: boolean;
    creates_tables: boolean | null;
    creates_own_tables: boolean | null;
  }>(query);
  const row = rows[0]!;
  return {
    host: client.host,
    port: client.port,
    database: row.database,
    user: row.user,
    version: row.version,
    major: row.major,
    isStandby: row.standby,
    createsDatabases: row.creates_databases,
    createsSchemas: row.creates_schemas,
    createsTables: row.creates_tables,
    createsOwnTables: row.creates_own_tables,
  };
}

/** Whether Convoy can work with that. */
export function judgeRights(rights: DatabaseRights): Finding {
  const { host, port, database, user } = rights;
  const version = rights.version.split(" ", 1)[0] ?? "";
  if (rights.major < MIN_SERVER) {
    return problem(
      "database",
      `The server at ${host}:${port} is PostgreSQL ${version}; Convoy needs ${MIN_SERVER} or newer.`,
      "Upgrade it, or use another server.",
    );
  }
  if (rights.isStandby) {
    return problem(
      "database",
      `The server at ${host}:${port} is a standby, which nobody can write to.`,
      "Name its primary in DATABASE_URL.",
    );
  }
  const missing = missingGrants(rights);
  if (missing.length > 0) {
    return problem(
      "database",
      `User "${user}" may not create what Convoy needs in database "${database}".`,
      `As its owner: ${missing.join("; ")}.`,
    );
  }
  return ok(
    "database",
    `PostgreSQL ${version} at ${host}:${port}, database "${database}", user "${user}".`,
  );
}

function missingGrants(rights: DatabaseRights): readonly string[] {
  const user = identifier(rights.user);
  const grants: string[] = [];
  const needsSchemas = rights.createsOwnTables === null || rights.createsTables === null;
  if (needsSchemas && !rights.createsSchemas) {
    grants.push(`grant create on database ${identifier(rights.database)} to ${user}`);
  }
  if (rights.createsTables === false) grants.push(`grant create on schema public to ${user}`);
  if (rights.createsOwnTables === false) {
    grants.push(`grant create, usage on schema _convoy to ${user}`);
  }
  return grants;
}
