import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import type { Manifest, ManifestField, ManifestTable } from "../../../compiler/model/manifest.js";
import { createTableStorage } from "../../../runtime/database/storage/table-storage.js";
import { identifier } from "../../../runtime/postgres/sql/identifier.js";
import { propertyRuns } from "../../database/support/property-runs.js";
import { randomDocument } from "../../database/support/random-document.js";
import { randomManifest } from "../../database/support/random-schema.js";
import { testId } from "../../database/support/test-ids.js";
import { type SyncedDatabase, syncedDatabases } from "./synced-database.js";

const databases = syncedDatabases();
afterAll(() => databases[Symbol.asyncDispose]());

/** What may stop a change of schema where there are documents. */
const refusals = new Set([
  "documents-do-not-fit",
  "duplicate-values",
  "promotion-not-available",
  "storage-form-changed",
]);

const seeds = randomManifest.chain((first) =>
  fc.record({
    first: fc.constant(first),
    second: fc.oneof(
      { weight: 1, arbitrary: randomManifest },
      { weight: 2, arbitrary: edited(first) },
    ),
    documents: fc.integer(),
    withRows: fc.boolean(),
  }),
);

/** What people change of a schema that is in use: fields come, indexes come and go, tables go. */
function edited(manifest: Manifest): fc.Arbitrary<Manifest> {
  const tables = manifest.tables.map((table) =>
    fc
      .record({ indexes: fc.subarray([...table.indexes]), unique: fc.boolean() })
      .map(({ indexes, unique }): ManifestTable => {
        const added: ManifestField = {
          name: "added",
          type: { kind: "date" },
          optional: true,
          hasDefault: false,
          integer: false,
          ref: null,
        };
        if (table.relational) return { ...table, indexes };
        return {
          ...table,
          fields: [...table.fields, added],
          indexes: [...indexes, { name: "by_added", fields: ["added"], unique }],
        };
      }),
  );
  return fc
    .tuple(fc.tuple(...tables), fc.nat(3))
    .map(([list, gone]) => ({ ...manifest, tables: gone === 0 ? list.slice(1) : list }));
}

test("from any schema to any other: all is done, or nothing is, and documents stay as they were", async () => {
  let doneWithRows = 0;
  await fc.assert(
    fc.asyncProperty(seeds, async ({ first, second, documents, withRows }) => {
      await using database = await databases.take();
      await database.sync(first);
      expect((await database.plan(first)).steps).toEqual([]);
      if (withRows) await fill(database, first, documents);
      const before = await contents(database);
      const described = await database.describe();
      try {
        await database.sync(second);
      } catch (error) {
        expect(refusals, String(error)).toContain((error as { code?: string }).code);
        expect(withRows).toBe(true);
        expect(await database.describe()).toBe(described);
        expect(await contents(database)).toEqual(before);
        return;
      }
      if (withRows) doneWithRows += 1;
      const { steps, problems } = await database.plan(second);
      expect([...steps, ...problems]).toEqual([]);
      for (const [name, rows] of before) {
        if (rows.length > 0) expect((await contents(database)).get(name)).toEqual(rows);
      }
    }),
    propertyRuns(20),
  );
  expect(doneWithRows).toBeGreaterThan(0);
});

/** A few documents for each table, as a server would write them. */
async function fill(database: SyncedDatabase, manifest: Manifest, seed: number): Promise<void> {
  const numbers = new Map(
    (
      await database.rows<{ name: string; number: number }>(
        "select name, number from _convoy.tables where name is not null",
      )
    ).map(({ name, number }) => [name, number]),
  );
  const tableNumber = (name: string): number => numbers.get(name) ?? 0;
  for (const table of manifest.tables) {
    const { types } = manifest;
    const storage = createTableStorage({ table, types, tableNumber, schema: "public" });
    const { document, promoted } = storage.columns;
    const columns = [...(document ? [document] : []), ...promoted];
    const names = ["id", ...columns.map(({ name }) => name)].map(identifier).join();
    const values = ["uuid", ...columns.map(({ type }) => type)].map(
      (type, at) => `$${at + 1}::${type}`,
    );
    const samples = fc.sample(randomDocument(table, { types, tableNumber }), { seed, numRuns: 3 });
    for (const [at, fields] of samples.entries()) {
      const id = testId(tableNumber(table.name), 1_795_380_000_000, BigInt(at));
      await database.rows(
        `insert into ${identifier(table.name)} (${names}) values (${values.join()}) on conflict do nothing`,
        [id, ...storage.encode(fields)],
      );
    }
  }
}

/** All rows of all tables; columns that a schema has more or less do not count. */
async function contents(
  database: SyncedDatabase,
): Promise<ReadonlyMap<string, readonly unknown[]>> {
  const tables = await database.rows<{ name: string }>(
    "select tablename as name from pg_tables where schemaname = 'public'",
  );
  const found = new Map<string, readonly unknown[]>();
  for (const { name } of tables) {
    const sql = `select to_jsonb(t)::text as row from ${identifier(name)} as t order by id`;
    found.set(name, await database.rows(sql));
  }
  return found;
}
