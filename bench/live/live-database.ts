import { Client } from "pg";
import type { Id } from "../../protocol/id.js";
import { built } from "../documents/built.js";
import { createSampler } from "../documents/sample.js";
import { manifest } from "../documents/schema.js";

/** Databases that begin alike: each has `OWNERS` users with `EACH` projects. */
export interface LiveDatabases {
  readonly userIds: readonly Id<"users">[];
  open(name: string): Promise<LiveDatabase>;
}

/** Written by somebody who knows nothing of Convoy. */
export interface LiveDatabase extends AsyncDisposable {
  readonly url: string;
  /** Resolves when it has committed. */
  insert(userId: Id<"users">, name: string): Promise<void>;
  /** Renames the newest project of a user, so that there are no more of them. */
  rename(userId: Id<"users">, name: string): Promise<void>;
  query<Row extends object>(text: string): Promise<readonly Row[]>;
}

export const OWNERS = 10_000;
const EACH = 3;

const TEMPLATE = "live_template";

export async function prepareDatabases(serverUrl: string): Promise<LiveDatabases> {
  const urlOf = (name: string): string => {
    const url = new URL(serverUrl);
    url.pathname = `/${name}`;
    return url.href;
  };
  await using admin = await connect(serverUrl);
  await admin.query(`create database ${TEMPLATE}`);
  const userIds = await fill(urlOf(TEMPLATE));
  return {
    userIds,
    async open(name) {
      await using client = await connect(serverUrl);
      await client.query(`create database ${name} template ${TEMPLATE}`);
      return await openDatabase(urlOf(name));
    },
  };
}

async function fill(url: string): Promise<readonly Id<"users">[]> {
  const { syncSchema } = await built<typeof import("../../runtime/postgres/apply/sync-schema.js")>(
    "runtime/postgres/apply/sync-schema.js",
  );
  const { createIdGenerator } = await built<
    typeof import("../../runtime/database/ids/id-generator.js")
  >("runtime/database/ids/id-generator.js");
  await syncSchema({ url, manifest });
  await using client = await connect(url);
  const { rows } = await client.query<{ number: number }>(
    "select number from _convoy.tables where name = 'users'",
  );
  const newId = createIdGenerator();
  const userIds = Array.from({ length: OWNERS }, () => newId(rows[0]?.number ?? 0));
  const sample = createSampler(userIds as Id<"users">[]);
  for (let start = 0; start < OWNERS; start += 1_000) {
    const documents = userIds
      .slice(start, start + 1_000)
      .flatMap((userId) =>
        Array.from({ length: EACH }, () => JSON.stringify({ ...sample(), userId })),
      );
    await client.query("insert into projects (doc) select * from unnest($1::jsonb[])", [documents]);
  }
  await client.query("truncate _convoy.changes");
  await client.query("vacuum analyze");
  return userIds as Id<"users">[];
}

async function openDatabase(url: string): Promise<LiveDatabase> {
  const client = await connect(url);
  const sample = createSampler(["" as Id<"users">]);
  return {
    url,
    async insert(userId, name) {
      const document = JSON.stringify({ ...sample(), userId, name, createdAt: Date.now() });
      await client.query({
        name: "insert",
        text: "insert into projects (doc) values ($1)",
        values: [document],
      });
    },
    async rename(userId, name) {
      await client.query({
        name: "rename",
        text: `update projects set doc = jsonb_set(doc, '{name}', to_jsonb($2::text)) where id = (
          select id from projects where ((doc->>'userId')::uuid) = $1::uuid order by id desc limit 1)`,
        values: [userId, name],
      });
    },
    query: async (text) => (await client.query(text)).rows,
    [Symbol.asyncDispose]: () => client.end(),
  };
}

async function connect(url: string): Promise<Client & AsyncDisposable> {
  const client = new Client({ connectionString: url });
  await client.connect();
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.end() });
}
