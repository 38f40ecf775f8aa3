import { Client } from "pg";
import { z } from "zod";
import type { Manifest, ManifestTable } from "../../../compiler/model/manifest.js";
import { physicalSchema } from "../../../runtime/database/storage/physical-schema.js";
import type { StoredDocument } from "../../../runtime/database/storage/document-codec.js";
import {
  createTableStorage,
  type TableStorage,
} from "../../../runtime/database/storage/table-storage.js";
import type { PhysicalColumn } from "../../../runtime/postgres/schema/physical-schema.js";
import { identifier, qualified } from "../../../runtime/postgres/sql/identifier.js";
import {
  createDatabaseModel,
  type DatabaseModel,
} from "../../../runtime/database/model/database-model.js";
import { createReader } from "../../../runtime/database/reader/create-reader.js";
import type { ReadRecorder } from "../../../runtime/database/reads/read-recorder.js";
import type { ReadSession } from "../../../runtime/database/session/session.js";
import type { Parameter } from "../../../runtime/database/session/statement.js";
import { resolvePoolOptions } from "../../../runtime/postgres/pool/pool-options.js";
import { startupOptions } from "../../../runtime/postgres/pool/settings.js";
import { testDatabase } from "../../support/postgres.js";
import type { Reader } from "./run-query.js";
import type { DocumentFields } from "./random-document.js";
import { tableNumbers } from "./test-ids.js";

/** The tables of a manifest in a database of their own, made anew for each. */
export interface TestTables extends AsyncDisposable {
  /** Everything that is in the schema goes, and the manifest's tables come. */
  create(manifest: Manifest): Promise<void>;
  insert(table: TableStorage, documents: ReadonlyMap<string, DocumentFields>): Promise<void>;
  all(table: TableStorage): Promise<Map<string, StoredDocument>>;
  /** A reader of the tables, and what it sends. */
  reader(
    manifest: Manifest,
    reads?: ReadRecorder,
  ): { readonly reader: Reader; readonly sent: readonly SentStatement[] };
  /** Rows in Postgres's text form. */
  rows(sql: string, parameters?: readonly Parameter[]): Promise<(string | null)[][]>;
}

export interface SentStatement {
  readonly text: string;
  readonly parameters: readonly Parameter[];
}

const SCHEMA = "public";

export async function openTestTables(): Promise<TestTables> {
  const database = await testDatabase();
  const { url } = database;
  // As the pool has them, among them those that make the planner read through indexes.
  const options = startupOptions(resolvePoolOptions({ url }));
  const client = new Client({ connectionString: url, options });
  await client.connect();
  await client.query(
    "set default_transaction_read_only to off; set client_min_messages to warning",
  );
  // A reader sends statements without waiting for one another, and this client takes one at a time.
  let last: Promise<unknown> = Promise.resolve();
  return {
    create: async (manifest) => {
      await client.query(definitionOf(manifest));
    },
    insert: async (table, documents) => {
      const columns = columnsOf(table);
      const types = ["uuid", ...columns.map(({ type }) => type)];
      const lists: (string | null)[][] = types.map(() => []);
      for (const [id, document] of documents) {
        for (const [at, value] of [id, ...table.encode(document)].entries()) lists[at]?.push(value);
      }
      const names = ["id", ...columns.map(({ name }) => name)].map(identifier).join();
      // Texts first: an array of bytea or jsonb would be written in another way.
      const values = types.map((type, at) => `v${at}::${type}`).join();
      const sources = types.map((_, at) => `$${at + 1}::text[]`).join();
      const aliases = types.map((_, at) => `v${at}`).join();
      await client.query(
        `insert into ${qualified(SCHEMA, table.name)} (${names}) select ${values} from unnest(${sources}) as given(${aliases})`,
        lists,
      );
    },
    all: async (table) => {
      const names = ["id", ...columnsOf(table).map(({ name }) => name)].map(identifier).join();
      const found = await rows(`select ${names} from ${qualified(SCHEMA, table.name)}`, []);
      return new Map(found.map((row) => [row[0] ?? "", table.decode(row)]));
    },
    reader: (manifest, reads) => {
      const sent: SentStatement[] = [];
      const session: ReadSession = {
        ...(reads !== undefined && { reads }),
        run: async ({ text }, parameters) => {
          sent.push({ text, parameters });
          const found = await rows(text, parameters);
          return { rows: found, count: found.length };
        },
        runRaw: () => Promise.reject(new Error("A query sends no SQL of a person.")),
      };
      return { reader: createReader(session, modelOf(manifest)), sent };
    },
    rows,
    [Symbol.asyncDispose]: async () => {
      await client.end();
      await database[Symbol.asyncDispose]();
    },
  };

  async function rows(
    sql: string,
    parameters: readonly Parameter[] = [],
  ): Promise<(string | null)[][]> {
    const before = last;
    const result = before.then(() => send(sql, parameters));
    last = result.catch(() => {});
    return await result;
  }

  async function send(sql: string, parameters: readonly Parameter[]): Promise<(string | null)[][]> {
    const result = await client.query({
      text: sql,
      values: [...parameters],
      rowMode: "array",
      types: { getTypeParser: () => (value: string) => value },
    });
    return result.rows as (string | null)[][];
  }
}

function modelOf(manifest: Manifest): DatabaseModel {
  const tableNumber = tableNumbers(manifest.tables);
  const names = manifest.tables.map(({ name }) => name);
  const tables = Object.fromEntries(names.map((name) => [name, { validator: z.any() }]));
  return createDatabaseModel({
    manifest,
    schema: { tables },
    tableNumbers: new Map(names.map((name) => [name, tableNumber(name)])),
    postgresSchema: SCHEMA,
  });
}

/** How the tables of a manifest are kept. */
export function storagesOf(manifest: Manifest): readonly TableStorage[] {
  const tableNumber = tableNumbers(manifest.tables);
  return manifest.tables.map((table) => storageOf(table, manifest, tableNumber));
}

function storageOf(
  table: ManifestTable,
  { types }: Manifest,
  tableNumber: (name: string) => number,
): TableStorage {
  return createTableStorage({ table, types, tableNumber, schema: SCHEMA });
}

function columnsOf({ columns }: TableStorage): readonly PhysicalColumn[] {
  return [...(columns.document ? [columns.document] : []), ...columns.promoted];
}

function definitionOf(manifest: Manifest): string {
  const statements = [`drop schema ${identifier(SCHEMA)} cascade`, `create schema ${SCHEMA}`];
  for (const { name, columns, indexes } of physicalSchema(manifest).tables) {
    const table = qualified(SCHEMA, name);
    const list = columns.map(columnSql).map((column) => `, ${column}`);
    statements.push(`create table ${table} (id uuid primary key${list.join("")})`);
    for (const index of indexes) {
      const unique = index.unique ? "unique " : "";
      statements.push(
        `create ${unique}index ${identifier(index.name)} on ${table} (${index.keys.join(", ")})`,
      );
    }
  }
  return statements.join(";\n");
}

function columnSql({ name, type, collation, notNull }: PhysicalColumn): string {
  const collate = collation === null ? "" : ` collate "${collation}"`;
  return `${identifier(name)} ${type}${collate}${notNull ? " not null" : ""}`;
}
