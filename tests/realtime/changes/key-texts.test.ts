import fc from "fast-check";
import { Client } from "pg";
import { afterAll, expect, test } from "vitest";
import type { TableStorage } from "../../../runtime/database/storage/table-storage.js";
import { encodeKeyTexts } from "../../../runtime/database/values/key-text.js";
import { identifier } from "../../../runtime/postgres/sql/identifier.js";
import type { KeyTexts } from "../../../runtime/realtime/changes/change.js";
import { fieldOf } from "../../database/support/model-table.js";
import { propertyRuns } from "../../database/support/property-runs.js";
import type { DocumentFields } from "../../database/support/random-document.js";
import { randomRows } from "../../database/support/random-rows.js";
import { randomManifest } from "../../database/support/random-schema.js";
import { storagesOf } from "../../database/support/test-tables.js";
import { syncedDatabases } from "../../postgres/schema/synced-database.js";
import { layoutsOf, openLogReader } from "./log-reader.js";

const databases = syncedDatabases();
afterAll(() => databases[Symbol.asyncDispose]());

const schemaWithRows = randomManifest.chain((manifest) =>
  fc.record({ manifest: fc.constant(manifest), rows: randomRows(manifest, 12) }),
);

/** Whoever writes may have set how values are written. */
const strangeSettings = `set extra_float_digits = -5; set DateStyle = 'German, DMY';
set TimeZone = 'Asia/Kathmandu'; set bytea_output = escape; set IntervalStyle = sql_standard`;

test("the keys that are noted are those of the documents, before and after, whoever writes", async () => {
  await fc.assert(
    fc.asyncProperty(schemaWithRows, async ({ manifest, rows }) => {
      await using database = await databases.take();
      await database.sync(manifest);
      const layouts = layoutsOf(manifest);
      await using reader = await openLogReader({ url: database.url, layouts });
      const client = new Client({ connectionString: database.url });
      await client.connect();
      try {
        await client.query(strangeSettings);
        for (const [at, storage] of storagesOf(manifest).entries()) {
          const { documents } = rows[at] ?? expect.fail();
          if (documents.size === 0) continue;
          const layout = layouts.get(storage.number) ?? expect.fail();
          const keyOf = (texts: KeyTexts | null) => texts && encodeKeyTexts(layout.columns, texts);
          const expected = new Map(
            [...documents].map(([id, fields]) => [id, keyOf(storedKey(storage, fields))]),
          );
          for (const [id, fields] of documents) await insert(client, storage, id, fields);
          const [inserted] = await reader.changes();
          await client.query(`delete from ${storage.sqlName}`);
          const [deleted] = await reader.changes();
          if (inserted?.kind !== "rows" || deleted?.kind !== "rows") expect.fail();
          const noted = inserted.rows.map(({ id, after }) => [id, keyOf(after)] as const);
          const gone = deleted.rows.map(({ id, before }) => [id, keyOf(before)] as const);
          expect(new Map(noted)).toEqual(expected);
          expect(new Map(gone)).toEqual(expected);
          expect(noted).toHaveLength(documents.size);
        }
      } finally {
        await client.end();
      }
    }),
    propertyRuns(10),
  );
});

/** Each column of the layout belongs to some field of an index. */
function storedKey(storage: TableStorage, fields: DocumentFields): KeyTexts {
  const texts = new Map<string, string | null>();
  for (const index of storage.indexes.values()) {
    for (const field of index.fields) {
      const encoded = field.encodeStored(fieldOf(fields, field.path));
      for (const [at, { sql }] of field.columns.entries()) texts.set(sql, encoded[at] ?? null);
    }
  }
  return [...texts.values()];
}

async function insert(
  client: Client,
  storage: TableStorage,
  id: string,
  fields: DocumentFields,
): Promise<void> {
  const { document, promoted } = storage.columns;
  const columns = [...(document ? [document] : []), ...promoted];
  const names = ["id", ...columns.map(({ name }) => name)].map(identifier).join();
  // Dates are given as ISO 8601, which every DateStyle reads.
  const values = ["uuid", ...columns.map(({ type }) => type)].map(
    (type, at) => `$${at + 1}::${type}`,
  );
  await client.query(`insert into ${storage.sqlName} (${names}) values (${values.join()})`, [
    id,
    ...storage.encode(fields),
  ]);
}
