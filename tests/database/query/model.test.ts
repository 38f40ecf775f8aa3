import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { evaluateQuery } from "../support/evaluate-query.js";
import { propertyRuns } from "../support/property-runs.js";
import { randomQuery } from "../support/random-query.js";
import { randomRows } from "../support/random-rows.js";
import { randomManifest } from "../support/random-schema.js";
import { runQuery } from "../support/run-query.js";
import { openTestTables, storagesOf, type TestTables } from "../support/test-tables.js";

let tables: TestTables;

beforeAll(async () => {
  tables = await openTestTables();
});

afterAll(async () => {
  await tables[Symbol.asyncDispose]();
});

const QUERIES = 40;

const scenario = randomManifest.chain((manifest) =>
  randomRows(manifest, 25).chain((rows) => {
    const queries = manifest.tables.map((table, at) => {
      const model = rows[at]?.model ?? expect.fail();
      return fc.array(randomQuery(manifest, table, model), {
        minLength: 1,
        maxLength: QUERIES,
        size: "max",
      });
    });
    return fc.record({
      manifest: fc.constant(manifest),
      rows: fc.constant(rows),
      queries: fc.tuple(...queries),
    });
  }),
);

test("Postgres and the model give the same documents in the same order", async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async ({ manifest, rows, queries }) => {
      await tables.create(manifest);
      const { reader } = tables.reader(manifest);
      for (const [at, storage] of storagesOf(manifest).entries()) {
        const { documents, model } = rows[at] ?? expect.fail();
        await tables.insert(storage, documents);
        for (const query of queries[at] ?? []) {
          const expected = evaluateQuery(model, query);
          const actual = await runQuery(reader, query);
          if (!isDeepStrictEqual(actual, expected)) expect(actual).toStrictEqual(expected);
          expect(isDeepStrictEqual(actual, expected)).toBe(true);
        }
      }
    }),
    propertyRuns(40),
  );
});
