import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
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
  fc.record({ manifest: fc.constant(manifest), rows: randomRows(manifest, 30) }),
);

test("what is written reads as what will come back, without asking Postgres", () => {
  fc.assert(
    fc.property(schemaWithRows, ({ manifest, rows }) => {
      for (const [at, storage] of storagesOf(manifest).entries()) {
        const { documents, model } = rows[at] ?? expect.fail();
        for (const expected of model.documents) {
          const columns = storage.encode(documents.get(expected._id) ?? expect.fail());
          expectSame(storage.decode([expected._id, ...columns]), expected);
        }
      }
    }),
    propertyRuns(40),
  );
});

test("every document goes in and comes out exactly", async () => {
  await fc.assert(
    fc.asyncProperty(schemaWithRows, async ({ manifest, rows }) => {
      await tables.create(manifest);
      for (const [at, storage] of storagesOf(manifest).entries()) {
        const { documents, model } = rows[at] ?? expect.fail();
        await tables.insert(storage, documents);
        const found = await tables.all(storage);
        expect(found.size).toBe(documents.size);
        for (const expected of model.documents) {
          expectSame(found.get(expected._id), expected);
        }
      }
    }),
    propertyRuns(60),
  );
});

/** Prototypes, `__proto__` and the sign of zero count, which most matchers overlook. */
function expectSame(actual: unknown, expected: unknown): void {
  if (isDeepStrictEqual(actual, expected)) return;
  expect(actual).toStrictEqual(expected);
  expect.fail("They differ in a prototype, in `__proto__` or in the sign of a zero.");
}
