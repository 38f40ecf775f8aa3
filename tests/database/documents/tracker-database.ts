import { readFileSync } from "node:fs";
import path from "node:path";
import type { Manifest } from "../../../compiler/model/manifest.js";
import type { DataModel } from "../../../fixtures/tracker/convoy/_generated/dataModel.js";
import { createIdGenerator } from "../../../runtime/database/ids/id-generator.js";
import { createDatabaseModel } from "../../../runtime/database/model/database-model.js";
import { createReader } from "../../../runtime/database/reader/create-reader.js";
import { runMutation } from "../../../runtime/database/transactions/mutation.js";
import { runQuery } from "../../../runtime/database/transactions/query.js";
import { createWriter } from "../../../runtime/database/writer/create-writer.js";
import { syncSchema } from "../../../runtime/postgres/apply/sync-schema.js";
import { createPool } from "../../../runtime/postgres/pool/pool.js";
import type { SchemaDefinition } from "../../../runtime/schema/schema.js";
import type { GenericDatabaseReader, GenericDatabaseWriter } from "../../../runtime/server.js";
import { readTableNumbers } from "../../../runtime/server/table-numbers.js";
import { testDatabase } from "../../support/postgres.js";

const project = path.join(import.meta.dirname, "../../../fixtures/tracker/convoy");

/** A database with the tables of the tracker, and transactions on it. */
export interface TrackerDatabase extends AsyncDisposable {
  readonly url: string;
  query<Result>(work: (db: GenericDatabaseReader<DataModel>) => Promise<Result>): Promise<Result>;
  mutate<Result>(work: (db: GenericDatabaseWriter<DataModel>) => Promise<Result>): Promise<Result>;
}

export async function trackerDatabase(): Promise<TrackerDatabase> {
  const manifest = JSON.parse(
    readFileSync(`${project}/_generated/manifest.json`, "utf8"),
  ) as Manifest;
  // By a path that the type checker does not follow: a fixture is checked with options of its own.
  const { default: schema } = (await import(`${project}/schema.ts`)) as {
    readonly default: SchemaDefinition;
  };
  const database = await testDatabase();
  await syncSchema({ url: database.url, manifest });
  const pool = createPool({ url: database.url, max: 4 });
  const model = createDatabaseModel({
    manifest,
    schema,
    tableNumbers: await readTableNumbers(pool),
  });
  const newId = createIdGenerator();
  const { uniqueIndex } = model;
  const codec = { encode: () => "null", decode: () => null as never };
  return {
    url: database.url,
    query: (work) =>
      runQuery(pool, (session) => work(createReader(session, model)), { uniqueIndex }),
    mutate: (work) =>
      runMutation(pool, (session) => work(createWriter(session, model, newId)), {
        uniqueIndex,
        codec,
      }),
    async [Symbol.asyncDispose]() {
      await pool[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}
