import fc from "fast-check";
import { DatabaseError } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ModelTable } from "../support/model-table.js";
import { propertyRuns } from "../support/property-runs.js";
import { randomDocument } from "../support/random-document.js";
import { rowId } from "../support/random-rows.js";
import { randomManifest } from "../support/random-schema.js";
import { tableNumbers } from "../support/test-ids.js";
import { openTestTables, storagesOf, type TestTables } from "../support/test-tables.js";

let tables: TestTables;

beforeAll(async () => {
  tables = await openTestTables();
});

afterAll(async () => {
  await tables[Symbol.asyncDispose]();
});

const scenario = randomManifest
  .filter(({ tables: [first] }) => first?.indexes.some(({ unique }) => unique) ?? false)
  .chain((manifest) => {
    const { types } = manifest;
    const table = manifest.tables[0] ?? expect.fail();
    const document = randomDocument(table, { types, tableNumber: tableNumbers(manifest.tables) });
    return fc.record({
      manifest: fc.constant(manifest),
      documents: fc.array(document, { minLength: 10, maxLength: 20 }),
    });
  });

test("a unique index refuses what is equal by the order of values, and nothing else", async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async ({ manifest, documents }) => {
      await tables.create(manifest);
      const storage = storagesOf(manifest)[0] ?? expect.fail();
      const model = new ModelTable(manifest.tables[0] ?? expect.fail());
      for (const [at, document] of documents.entries()) {
        const id = rowId(1, at);
        const refusing = model.insert(id, document);
        const violated = await tables.insert(storage, new Map([[id, document]])).then(
          () => null,
          (error: unknown) => {
            if (error instanceof DatabaseError) return error.constraint;
            throw error;
          },
        );
        const names = storage.indexes.get(refusing ?? "")?.physical.map(({ name }) => name);
        if (refusing === null) expect(violated).toBeNull();
        else if (countUnique(manifest.tables[0]?.indexes) === 1) expect(names).toContain(violated);
        else expect(violated).not.toBeNull();
      }
    }),
    propertyRuns(30),
  );
});

/** Of several that a document violates, Postgres may name any. */
function countUnique(indexes: readonly { readonly unique: boolean }[] = []): number {
  return indexes.filter(({ unique }) => unique).length;
}
