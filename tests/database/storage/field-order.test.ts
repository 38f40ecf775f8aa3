import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { FieldKey } from "../../../runtime/database/storage/field-key.js";
import { compareValues } from "../../../runtime/database/values/compare.js";
import { encodeIndexKey } from "../../../runtime/database/values/index-key.js";
import { qualified } from "../../../runtime/postgres/sql/identifier.js";
import { fieldPathsOf } from "../support/field-paths.js";
import { fieldOf, type ModelDocument } from "../support/model-table.js";
import { propertyRuns } from "../support/property-runs.js";
import { randomRows } from "../support/random-rows.js";
import { randomManifest } from "../support/random-schema.js";
import { openTestTables, storagesOf, type TestTables } from "../support/test-tables.js";

let tables: TestTables;

beforeAll(async () => {
  tables = await openTestTables();
});

afterAll(async () => {
  await tables[Symbol.asyncDispose]();
});

const schemaWithRows = randomManifest.chain((manifest) =>
  fc.record({ manifest: fc.constant(manifest), rows: randomRows(manifest, 25) }),
);

test("every field's key has the order of values, and is equal for equal values alone", async () => {
  await fc.assert(
    fc.asyncProperty(schemaWithRows, async ({ manifest, rows }) => {
      await tables.create(manifest);
      for (const [at, storage] of storagesOf(manifest).entries()) {
        const { documents, model } = rows[at] ?? expect.fail();
        await tables.insert(storage, documents);
        const table = qualified("public", storage.name);
        const paths = fieldPathsOf(manifest.tables[at] ?? expect.fail(), manifest.types);
        for (const path of [...paths.map((field) => field.path), "_id", "_creationTime"]) {
          const key = storage.field(path);
          const found = await ids(`select id from ${table} order by ${orderOf([key])}`);
          expect(found, path).toEqual(sorted(model.documents, [path]));

          const values = model.documents.slice(0, 4).map((document) => fieldOf(document, path));
          for (const value of values) {
            const encoded = key.encodeStored(value);
            const where = key.columns.map(({ sql }, column) => {
              const place = encoded.slice(0, column + 1).filter((text) => text !== null).length;
              return encoded[column] === null ? `${sql} is null` : `${sql} = $${place}`;
            });
            const equal = await ids(
              `select id from ${table} where ${where.join(" and ")} order by id`,
              encoded.filter((text) => text !== null),
            );
            const expected = model.documents.filter(
              (document) => compareValues(fieldOf(document, path), value) === 0,
            );
            expect(equal, path).toEqual(expected.map(({ _id }) => _id));
          }
        }
      }
    }),
    propertyRuns(30),
  );
});

test("the keys of an index in memory have the order of the index in Postgres", async () => {
  await fc.assert(
    fc.asyncProperty(schemaWithRows, async ({ manifest, rows }) => {
      await tables.create(manifest);
      for (const [at, storage] of storagesOf(manifest).entries()) {
        const { documents, model } = rows[at] ?? expect.fail();
        await tables.insert(storage, documents);
        for (const { fields } of storage.indexes.values()) {
          const keyOf = (document: ModelDocument) =>
            encodeIndexKey([...fields.map(({ path }) => fieldOf(document, path)), document._id]);
          const expected = model.documents
            .map((document) => ({ id: document._id, key: keyOf(document) }))
            .toSorted((a, b) => Buffer.compare(a.key, b.key));
          const table = qualified("public", storage.name);
          const found = await ids(`select id from ${table} order by ${orderOf(fields)}`);
          expect(found).toEqual(expected.map(({ id }) => id));
        }
      }
    }),
    propertyRuns(30),
  );
});

async function ids(sql: string, parameters: readonly string[] = []): Promise<(string | null)[]> {
  const rows = await tables.rows(sql, parameters);
  return rows.map(([id]) => id ?? null);
}

function orderOf(fields: readonly FieldKey[]): string {
  const columns = fields.flatMap((field) => field.columns);
  return [...columns.map(({ sql }) => `${sql} nulls first`), "id"].join(", ");
}

function sorted(documents: readonly ModelDocument[], paths: readonly string[]): string[] {
  const compare = (a: ModelDocument, b: ModelDocument): number => {
    for (const path of [...paths, "_id"]) {
      const order = compareValues(fieldOf(a, path), fieldOf(b, path));
      if (order !== 0) return order;
    }
    return 0;
  };
  return documents.toSorted(compare).map(({ _id }) => _id);
}
