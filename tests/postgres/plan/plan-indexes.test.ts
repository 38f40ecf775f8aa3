import { describe, expect, test } from "vitest";
import { catalogOf, physicalTable } from "./catalogs.js";
import { index, manifest, number, table, text, unique } from "./manifests.js";
import { change, codes, outline, planOf } from "./plans.js";

describe("indexes", () => {
  const plain = table("notes", { title: text, size: number });
  const indexed = table(
    "notes",
    { title: text, size: number },
    { indexes: [index("by_title", "title")] },
  );
  const other = table(
    "notes",
    { title: text, size: number },
    { indexes: [index("by_title", "title", "size")] },
  );

  test("a new index of a table with rows is built concurrently", () => {
    const found = change(plain, indexed);
    expect(outline(found)).toEqual([
      "create-index notes.by_title concurrently",
      "note-changes notes",
      "record-manifest",
    ]);
    expect(found.steps[0]).toMatchObject({
      lock: { mode: "share update exclusive", on: "notes" },
      estimate: { rows: 2, bytes: 200 },
      transaction: false,
    });
  });

  test("a new index of a table without rows is built at once, if it still has none", () => {
    const found = change(plain, indexed, 0);
    expect(outline(found)).toEqual([
      "create-index notes.by_title",
      "note-changes notes",
      "record-manifest",
    ]);
    expect(found.steps[0]).toMatchObject({ mustBeEmpty: "notes", lock: { mode: "share" } });
  });

  test("an index whose definition changed is built before the old one goes", () => {
    expect(outline(change(indexed, other))).toEqual([
      "create-index notes.by_title concurrently",
      "note-changes notes",
      "drop-index notes",
      "record-manifest",
    ]);
  });

  test("an index that the schema has no more is dropped", () => {
    const found = change(indexed, plain);
    expect(outline(found)).toEqual(["note-changes notes", "drop-index notes", "record-manifest"]);
    expect(found.steps[1]?.sql[0]).toContain("drop index concurrently");
  });

  test("an index that a person has made is left alone", () => {
    const catalog = catalogOf(manifest([plain]), 2);
    const [found] = catalog.tables;
    const mine = { name: "mine", valid: true, unique: false, definition: "" };
    const tables = [{ ...found!, indexes: [...found!.indexes, mine] }];
    const from = manifest([plain]);
    expect(planOf({ from, to: from, catalog: { ...catalog, tables } }).steps).toEqual([]);
  });

  test("what an interrupted build left behind goes, and is built again", () => {
    const catalog = catalogOf(manifest([indexed]), 2);
    const tables = catalog.tables.map((found) => ({
      ...found,
      indexes: found.indexes.map((built) => ({ ...built, valid: built.name === "notes_pkey" })),
    }));
    const from = manifest([indexed]);
    expect(outline(planOf({ from, to: from, catalog: { ...catalog, tables } }))).toEqual([
      "drop-index notes",
      "create-index notes.by_title concurrently",
    ]);
  });

  test("a unique index of a table with rows is looked into before anything is changed", () => {
    const wanted = table(
      "notes",
      { title: text, size: number },
      { indexes: [index("by_size", "size"), unique("one_title", "title")] },
    );
    expect(outline(change(plain, wanted))).toEqual([
      "check-duplicates notes",
      "create-index notes.by_size concurrently",
      "create-index notes.one_title concurrently",
      "note-changes notes",
      "record-manifest",
    ]);
  });

  test("an index cannot have the name of something else", () => {
    const [wanted] = physicalTable(indexed).indexes;
    const catalog = catalogOf(manifest([plain]), 2);
    const relations = [{ name: wanted!.name, kind: "view" }];
    const found = planOf({
      from: manifest([plain]),
      to: manifest([indexed]),
      catalog: { ...catalog, relations },
    });
    expect(codes(found)).toEqual(["name-taken"]);
    expect(found.steps).toEqual([]);
  });
});
