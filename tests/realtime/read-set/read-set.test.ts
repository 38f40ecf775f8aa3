import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { TableStorage } from "../../../runtime/database/storage/table-storage.js";
import type { KeyTexts, RowChange } from "../../../runtime/realtime/changes/change.js";
import { ReadSet } from "../../../runtime/realtime/read-set/read-set.js";
import { ReadSetIndex, readTableOf } from "../../../runtime/realtime/read-set/read-set-index.js";
import { evaluateQuery } from "../../database/support/evaluate-query.js";
import { fieldOf, ModelTable } from "../../database/support/model-table.js";
import { propertyRuns } from "../../database/support/property-runs.js";
import type { DocumentFields } from "../../database/support/random-document.js";
import { randomDocument } from "../../database/support/random-document.js";
import { randomQuery } from "../../database/support/random-query.js";
import { randomRows, rowId } from "../../database/support/random-rows.js";
import { randomManifest } from "../../database/support/random-schema.js";
import { runQuery } from "../../database/support/run-query.js";
import { tableNumbers } from "../../database/support/test-ids.js";
import { openTestTables, storagesOf, type TestTables } from "../../database/support/test-tables.js";

let tables: TestTables;

beforeAll(async () => {
  tables = await openTestTables();
});

afterAll(async () => {
  await tables[Symbol.asyncDispose]();
});

const ROWS = 20;

const scenario = randomManifest.chain((manifest) =>
  randomRows(manifest, ROWS).chain((rows) => {
    const context = { types: manifest.types, tableNumber: tableNumbers(manifest.tables) };
    const perTable = manifest.tables.map((table, at) => {
      const model = rows[at]?.model ?? expect.fail();
      const write = fc.record({
        // Some are of documents that there are, others of new ones.
        row: fc.integer({ min: 0, max: ROWS + 5 }),
        fields: fc.option(randomDocument(table, context), { freq: 3 }),
      });
      return fc.record({
        queries: fc.array(randomQuery(manifest, table, model), { minLength: 1, maxLength: 12 }),
        writes: fc.array(write, { minLength: 1, maxLength: 8 }),
      });
    });
    return fc.record({
      manifest: fc.constant(manifest),
      rows: fc.constant(rows),
      perTable: fc.tuple(...perTable),
    });
  }),
);

test("a write that changes the result of a query is in what the query has read", async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async ({ manifest, rows, perTable }) => {
      await tables.create(manifest);
      for (const [at, storage] of storagesOf(manifest).entries()) {
        const table = manifest.tables[at] ?? expect.fail();
        const { documents, model } = rows[at] ?? expect.fail();
        const { queries, writes } = perTable[at] ?? expect.fail();
        await tables.insert(storage, documents);
        const readers = queries.map(() => new ReadSet());
        for (const [which, query] of queries.entries()) {
          const { reader } = tables.reader(manifest, readers[which]);
          await runQuery(reader, query);
        }
        for (const { row, fields } of writes) {
          const id = rowId(storage.number, row);
          const before = documents.get(id) ?? null;
          const changed = new ModelTable(table);
          for (const [other, found] of documents) if (other !== id) changed.insert(other, found);
          if (fields !== null && changed.insert(id, fields) !== null) continue;
          const index = new ReadSetIndex<number>([readTableOf(storage)]);
          for (const [which, reads] of readers.entries()) index.add(which, reads);
          const found = new Set<number>();
          const change: RowChange = {
            id,
            before: before && keyTexts(storage, before),
            after: fields && keyTexts(storage, fields),
          };
          index.match({ kind: "rows", tableNumber: storage.number, rows: [change] }, found);
          for (const [which, query] of queries.entries()) {
            const isSame = isDeepStrictEqual(
              evaluateQuery(model, query),
              evaluateQuery(changed, query),
            );
            if (!isSame && !found.has(which)) {
              expect({ query, reads: readers[which], change }).toBe("found");
            }
          }
          for (const [which, reads] of readers.entries()) index.delete(which, reads);
          const left = new Set<number>();
          index.match({ kind: "table", tableNumber: storage.number }, left);
          expect(left.size).toBe(0);
        }
      }
    }),
    propertyRuns(40),
  );
});

/** As the triggers write them. */
function keyTexts(storage: TableStorage, document: DocumentFields): KeyTexts {
  const texts = new Map<string, string | null>();
  for (const { fields } of storage.indexes.values()) {
    for (const field of fields) {
      const values = field.encodeStored(fieldOf(document, field.path));
      for (const [at, { sql }] of field.columns.entries()) texts.set(sql, values[at] ?? null);
    }
  }
  return readTableOf(storage).layout.columns.map(({ sql }) => texts.get(sql) ?? null);
}
