import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { genericPlanOf, type PlanNode, planOf } from "../support/explain.js";
import { propertyRuns } from "../support/property-runs.js";
import type { QueryDescription } from "../support/query-description.js";
import { randomIndexQuery } from "../support/random-query.js";
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

/** One table with one index: of two with the same first fields, either will do. */
const oneIndex = randomManifest
  .filter(({ tables: [first] }) => first !== undefined && first.indexes.length > 0)
  .map((manifest) => ({
    ...manifest,
    tables: manifest.tables.map((table) => ({ ...table, indexes: table.indexes.slice(0, 1) })),
  }));

const scenario = oneIndex.chain((manifest) =>
  randomRows(manifest, 25).chain((rows) => {
    const table = manifest.tables[0] ?? expect.fail();
    const model = rows[0]?.model ?? expect.fail();
    const query = randomIndexQuery(manifest, table, model);
    return fc.record({
      manifest: fc.constant(manifest),
      rows: fc.constant(rows),
      queries: fc.array(query, { minLength: 1, maxLength: 12, size: "max" }),
    });
  }),
);

test("every range reads its index alone, in its order, with no scan of the table and no sort", async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async ({ manifest, rows, queries }) => {
      await tables.create(manifest);
      const storage = storagesOf(manifest)[0] ?? expect.fail();
      await tables.insert(storage, rows[0]?.documents ?? expect.fail());
      for (const query of queries) {
        // All of a table can be counted in any way.
        if (query.terminal.kind === "count" && !hasCondition(query)) continue;
        const { reader, sent } = tables.reader(manifest);
        await runQuery(reader, query);
        const index = query.index && storage.indexes.get(query.index.name);
        const allowed =
          index === null
            ? [`${storage.name}_pkey`]
            : (index?.physical.map(({ name }) => name) ?? expect.fail());
        for (const statement of sent) {
          for (const explain of [planOf, genericPlanOf]) {
            const plan = await explain(tables, statement);
            const problem = problemOf(plan, allowed, query);
            if (problem !== null) {
              expect.fail(`${problem}\n${statement.text}\n${JSON.stringify(plan, null, 1)}`);
            }
          }
        }
      }
    }),
    propertyRuns(25),
  );
});

function hasCondition({ index }: QueryDescription): boolean {
  return index !== null && (index.equal.length > 0 || index.lower !== null || index.upper !== null);
}

function problemOf(
  plan: readonly PlanNode[],
  allowed: readonly string[],
  query: QueryDescription,
): string | null {
  // A filter that is never true: nothing is read, and what is above sorts nothing.
  if (plan.some((node) => node["One-Time Filter"] === "false")) return null;
  for (const node of plan) {
    const type = node["Node Type"];
    if (/Seq Scan|Sort|Bitmap/.test(type)) return `There is a ${type}.`;
    if (!type.startsWith("Index")) continue;
    const name = node["Index Name"] ?? "";
    // A filter may be served by an index that the query does not name.
    if (query.filters.length === 0 && !allowed.includes(name))
      return `It reads ${name}, not ${allowed.join(" or ")}.`;
    const hasCond = node["Index Cond"] !== undefined;
    if (hasCondition(query) && !hasCond) return "It reads all of the index.";
    if (query.filters.length === 0 && node.Filter) return "It reads more than the range.";
  }
  return null;
}
