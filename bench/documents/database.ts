import { Client } from "pg";
import type { Id } from "../../protocol/id.js";
import type { IdGenerator } from "../../runtime/database/ids/id-generator.js";
import type { DatabaseModel } from "../../runtime/database/model/database-model.js";
import { built } from "./built.js";
import { createSampler } from "./sample.js";
import { loadSchema, manifest, type Project, relationalTable } from "./schema.js";

/** The tables of all contenders, filled with the same documents. */
export interface BenchDatabase extends AsyncDisposable {
  readonly url: string;
  readonly model: DatabaseModel;
  readonly newId: IdGenerator;
  readonly userIds: readonly Id<"users">[];
  /** In the order of their creation. */
  readonly projectIds: readonly Id<"projects">[];
  newProject(): Project;
  /** Removes what updates have left behind, so that each round finds the tables alike. */
  vacuum(): Promise<void>;
  /** The processes of the connections that have this name. */
  backends(applicationName: string): Promise<readonly number[]>;
}

const USERS = 1_000;
const PROJECTS = 100_000;

export async function openDatabase(url: string): Promise<BenchDatabase> {
  const { createIdGenerator } = await built<
    typeof import("../../runtime/database/ids/id-generator.js")
  >("runtime/database/ids/id-generator.js");
  const client = new Client({ connectionString: url });
  await client.connect();
  const model = await createTables(url, client);
  const newId = createIdGenerator();
  const idsOf = (table: string, length: number): string[] =>
    Array.from({ length }, () => newId(model.table(table).storage.number));
  const userIds = idsOf("users", USERS) as Id<"users">[];
  const projectIds = idsOf("projects", PROJECTS) as Id<"projects">[];
  const newProject = createSampler(userIds);
  await fill(client, projectIds, newProject);
  return {
    url,
    model,
    newId,
    userIds,
    projectIds,
    newProject,
    vacuum: async () => {
      await client.query("vacuum projects, relational_projects");
    },
    backends: async (name) => {
      const { rows } = await client.query<{ pid: number }>(
        "select pid from pg_stat_activity where application_name = $1",
        [name],
      );
      return rows.map(({ pid }) => pid);
    },
    [Symbol.asyncDispose]: () => client.end(),
  };
}

async function createTables(url: string, client: Client): Promise<DatabaseModel> {
  const { syncSchema } = await built<typeof import("../../runtime/postgres/apply/sync-schema.js")>(
    "runtime/postgres/apply/sync-schema.js",
  );
  const { createDatabaseModel } = await built<
    typeof import("../../runtime/database/model/database-model.js")
  >("runtime/database/model/database-model.js");
  await syncSchema({ url, manifest });
  await client.query(relationalTable);
  const { rows } = await client.query<{ name: string; number: number }>(
    "select name, number from _convoy.tables",
  );
  const tableNumbers = new Map(rows.map(({ name, number }) => [name, number]));
  return createDatabaseModel({ manifest, schema: await loadSchema(), tableNumbers });
}

async function fill(
  client: Client,
  projectIds: readonly Id<"projects">[],
  newProject: () => Project,
): Promise<void> {
  const batch = 1_000;
  for (let start = 0; start < projectIds.length; start += batch) {
    const ids = projectIds.slice(start, start + batch);
    const documents = ids.map(() => JSON.stringify(newProject()));
    await client.query(
      "insert into projects (id, doc) select * from unnest($1::uuid[], $2::jsonb[])",
      [ids, documents],
    );
  }
  await client.query(`
    insert into relational_projects
      select id, (doc->>'userId')::uuid, doc->>'name', doc->>'status', doc->>'description',
        (doc->>'priority')::float8, (doc->>'isArchived')::boolean,
        array(select jsonb_array_elements_text(doc->'tags')), (doc->>'createdAt')::float8
      from projects`);
  await client.query("vacuum analyze");
}
