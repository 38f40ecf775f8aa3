import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { qualified } from "../../../runtime/postgres/sql/identifier.js";
import { documentsOf } from "../support/evaluate-query.js";
import { ModelTable } from "../support/model-table.js";
import { manifestTable } from "../support/one-table.js";
import { propertyRuns } from "../support/property-runs.js";
import { randomQuery } from "../support/random-query.js";
import { randomRows, rowId } from "../support/random-rows.js";
import { randomManifest } from "../support/random-schema.js";
import { buildQuery, pagesOf } from "../support/run-query.js";
import { openTestTables, storagesOf, type TestTables } from "../support/test-tables.js";

let tables: TestTables;

beforeAll(async () => {
  tables = await openTestTables();
});

afterAll(async () => {
  await tables[Symbol.asyncDispose]();
});

/** What becomes of a document while pages are read. */
const fates = fc.infiniteStream(
  fc.constantFrom<"stays" | "comes" | "goes">("stays", "stays", "comes", "goes"),
);

const scenario = randomManifest.chain((manifest) =>
  randomRows(manifest, 25).chain((rows) =>
    fc.record({
      manifest: fc.constant(manifest),
      rows: fc.constant(rows),
      query: randomQuery(
        manifest,
        manifest.tables[0] ?? expect.fail(),
        rows[0]?.model ?? expect.fail(),
      ),
      fates,
      numItems: fc.integer({ min: 1, max: 5 }),
      changesPerPage: fc.integer({ min: 1, max: 4 }),
    }),
  ),
);

test("pages have every document that is there all the time once, and none twice, while others come and go", async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async (given) => {
      const { manifest, query, numItems, changesPerPage } = given;
      const [table] = manifest.tables;
      const [storage] = storagesOf(manifest);
      const documents = [...(given.rows[0]?.documents ?? [])];
      if (table === undefined || storage === undefined) return expect.fail();
      const staying = new ModelTable(table);
      const everything = new ModelTable(table);
      const first = new Map(documents);
      const changes: (() => Promise<unknown>)[] = [];
      for (const [id, fields] of documents) {
        const fate = given.fates.next().value;
        everything.insert(id, fields);
        if (fate === "stays") staying.insert(id, fields);
        if (fate === "comes") {
          first.delete(id);
          changes.push(() => tables.insert(storage, new Map([[id, fields]])));
        }
        if (fate === "goes") {
          const sql = `delete from ${qualified("public", table.name)} where id = $1`;
          changes.push(() => tables.rows(sql, [id]));
        }
      }
      await tables.create(manifest);
      await tables.insert(storage, first);

      const { reader } = tables.reader(manifest);
      const read: string[] = [];
      for await (const page of pagesOf(buildQuery(reader, query), numItems)) {
        read.push(...page.map(({ _id }) => _id));
        for (const change of changes.splice(0, changesPerPage)) await change();
      }

      expect(new Set(read).size).toBe(read.length);
      const seen = new Set(read);
      expect(read).toEqual(
        documentsOf(everything, query)
          .map(({ _id }) => _id)
          .filter((id) => seen.has(id)),
      );
      const missing = documentsOf(staying, query).filter(({ _id }) => !seen.has(_id));
      expect(missing).toEqual([]);
    }),
    propertyRuns(80),
  );
});

describe("a cursor", () => {
  const manifest = {
    version: 1,
    tables: [
      manifestTable({
        fields: { name: { kind: "string" }, "rank?": { kind: "number" } },
        indexes: { by_name: ["name", "rank"], by_rank: ["rank"] },
      }),
    ],
    types: {},
    functions: [],
  } as const;
  const page = { kind: "paginate", numItems: 2 } as const;
  const byName = (name: string) => ({
    table: "things",
    index: { name: "by_name", fields: ["name", "rank"], equal: [name], lower: null, upper: null },
    order: null,
    filters: [],
    terminal: page,
  });
  const ranked = (operator: "gt" | "gte", value: number) => ({
    ...byName(""),
    index: {
      name: "by_rank",
      fields: ["rank"],
      equal: [],
      lower: { operator, value },
      upper: null,
    },
  });

  async function reading() {
    await tables.create(manifest);
    const [storage] = storagesOf(manifest);
    const documents = Array.from({ length: 9 }, (_, at): [string, Record<string, unknown>] => [
      rowId(1, at),
      { name: at % 2 === 0 ? "even" : "odd", rank: at },
    ]);
    await tables.insert(storage ?? expect.fail(), new Map(documents));
    const { reader } = tables.reader(manifest);
    return (of: Parameters<typeof buildQuery>[1], cursor: string | null) =>
      buildQuery(reader, of).paginate({ cursor, numItems: 2 });
  }

  test("goes on behind its page when more has come since the last one", async () => {
    const read = await reading();
    let { isDone, continueCursor } = await read(byName("odd"), null);
    while (!isDone) ({ isDone, continueCursor } = await read(byName("odd"), continueCursor));
    expect((await read(byName("odd"), continueCursor)).page).toEqual([]);
    const [storage] = storagesOf(manifest);
    const late = new Map([
      [rowId(1, 20), { name: "odd", rank: 100 }],
      [rowId(1, 21), { name: "odd", rank: -1 }],
    ]);
    await tables.insert(storage ?? expect.fail(), late);
    const after = await read(byName("odd"), continueCursor);
    expect(after.page.map(({ _id }) => _id)).toEqual([rowId(1, 20)]);
  });

  test("of an empty result begins at the beginning", async () => {
    const read = await reading();
    const { page: empty, isDone, continueCursor } = await read(byName("neither"), null);
    expect([empty, isDone]).toEqual([[], true]);
    expect((await read(byName("odd"), continueCursor)).page).toHaveLength(2);
  });

  test.each([
    "",
    "x",
    "null",
    "' or true --",
    Buffer.from("{}").toString("base64url"),
    Buffer.from('["things"]').toString("base64url"),
  ])("that is none is refused: %j", async (cursor) => {
    const read = await reading();
    await expect(read(byName("odd"), cursor)).rejects.toMatchObject({ code: "invalid-cursor" });
  });

  test("of another query is refused, and so is one from outside the range", async () => {
    const read = await reading();
    const { continueCursor } = await read(ranked("gte", 0), null);
    for (const other of [
      byName("odd"),
      { ...ranked("gte", 0), order: { direction: "desc", field: null } as const },
    ]) {
      await expect(read(other, continueCursor)).rejects.toMatchObject({ code: "invalid-cursor" });
    }
    await expect(read(ranked("gt", 5), continueCursor)).rejects.toMatchObject({
      code: "invalid-cursor",
    });
  });

  test("with changed values is refused, or read as these values", async () => {
    const read = await reading();
    const { continueCursor } = await read(ranked("gte", 0), null);
    const [fingerprint, values] = JSON.parse(
      Buffer.from(continueCursor, "base64url").toString(),
    ) as [string, unknown[]];
    const forge = (changed: unknown) =>
      Buffer.from(JSON.stringify([fingerprint, changed])).toString("base64url");
    for (const changed of [
      [...values, 1],
      values.slice(1),
      [["1"], values[1]],
      [[null], values[1]],
      [[{ $date: "x" }], values[1]],
      [values[0], ["' or true --"]],
      [["absent"], ["absent"]],
      "absent",
      1,
    ]) {
      await expect(read(ranked("gte", 0), forge(changed))).rejects.toMatchObject({
        code: "invalid-cursor",
      });
    }
  });
});
