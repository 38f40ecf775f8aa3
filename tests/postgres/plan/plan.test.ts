import { describe, expect, test } from "vitest";
import type { Manifest } from "../../../compiler/model/manifest.js";
import type { Catalog } from "../../../runtime/postgres/catalog/catalog.js";
import type { Plan } from "../../../runtime/postgres/plan/plan.js";
import { catalogOf, emptyCatalog, physicalTable } from "./catalogs.js";
import { idOf, index, manifest, number, table, text } from "./manifests.js";
import { both, change, codes, outline, planOf, projects, users } from "./plans.js";

test("an empty database gets the system schema, every table with its indexes, and a note", () => {
  const empty = planOf({ from: manifest([]), to: both, catalog: emptyCatalog, applied: null });
  expect(outline(empty)).toEqual([
    "system-schema",
    "create-table users",
    "create-table projects",
    "record-manifest",
  ]);
  const [, create] = empty.steps;
  expect(create?.transaction).toBe(true);
  expect(create?.sql.join("\n")).toContain("default _convoy.new_id(1)");
  expect(create?.sql.join("\n")).not.toContain("concurrently");
});

test("a database that is as the schema wants it needs nothing", () => {
  expect(planOf({ from: both, to: both, rows: 5 })).toEqual({
    steps: [],
    problems: [],
    notices: [],
  });
});

test("a schema whose functions have changed needs nothing", () => {
  const path = "users.list";
  const to: Manifest = {
    ...both,
    functions: [{ path, kind: "query", visibility: "public" }],
  };
  expect(planOf({ from: both, to }).steps).toEqual([]);
});

test("the same input gives the same plan, and none of it is changed", () => {
  const input = { from: manifest([users]), to: both, rows: 3 };
  expect(planOf(input)).toEqual(planOf(input));
});

describe("tables", () => {
  test("a table that left the schema is kept, and the notice says how to drop it", () => {
    const found = planOf({ from: both, to: manifest([users]), rows: 12 });
    expect(outline(found)).toEqual(["record-manifest"]);
    expect(codes(found)).toEqual(["table-kept"]);
    expect(found.notices[0]?.message).toContain("12 documents");
    expect(found.notices[0]?.message).toContain("convoy deploy --allow-drop projects");
  });

  test("a table that was named is dropped, and its number is not used again", () => {
    const options = { allowDrop: ["projects"] };
    const found = planOf({ from: both, to: manifest([users]), rows: 12, options });
    expect(outline(found)).toEqual(["drop-table projects", "record-manifest"]);
    const later = { ...catalogOf(manifest([users])), applied: manifest([users]) };
    const catalog = { ...later, system: { ...later.system, lastNumber: 2 } };
    const again = planOf({ from: manifest([users]), to: both, catalog });
    expect(again.steps[0]).toMatchObject({ kind: "create-table", number: 3 });
  });

  test("a table that is in the schema is not dropped, although it was named", () => {
    const found = planOf({ from: both, to: both, options: { allowDrop: ["users"] } });
    expect(found.steps).toEqual([]);
    expect(codes(found)).toEqual(["drop-not-needed"]);
  });

  test("a name to drop that no table has is told, with the tables that could be dropped", () => {
    const options = { allowDrop: ["project", "gone"] };
    const found = planOf({ from: both, to: manifest([users]), rows: 12, options });
    expect(outline(found)).toEqual(["record-manifest"]);
    expect(codes(found)).toEqual(["table-kept", "drop-not-found", "drop-not-found"]);
    expect(found.notices[1]?.message).toContain('no table "project"');
    expect(found.notices[1]?.message).toMatch(/no longer in the schema.*: "projects"\./);
  });

  test("a name to drop that no table has is told where there is nothing to drop", () => {
    const found = planOf({ from: both, to: both, options: { allowDrop: ["project"] } });
    expect(codes(found)).toEqual(["drop-not-found"]);
    expect(found.notices[0]?.message).toMatch(/no table "project".*Every table.*in the schema/);
  });

  test("a table that is renamed is no name to drop any more", () => {
    const folders = { ...projects, name: "folders" };
    const options = { allowDrop: ["projects"], renames: [{ from: "projects", to: "folders" }] };
    const found = planOf({ from: both, to: manifest([users, folders]), rows: 3, options });
    expect(outline(found)).toEqual(["rename-table projects folders", "record-manifest"]);
    expect(codes(found)).toEqual(["drop-not-found"]);
  });

  test("a kept table that comes back is used with its documents, once they were checked", () => {
    const catalog = catalogOf(both, 4);
    const found = planOf({ from: manifest([users]), to: both, catalog });
    expect(outline(found)).toEqual(["check-documents projects", "record-manifest"]);
    expect(codes(found)).toEqual(["table-restored"]);
  });

  test.each(["table", "view", "type", "foreign table"])(
    "a %s of the same name that Convoy did not make stops the plan",
    (kind) => {
      const catalog: Catalog = { ...emptyCatalog, relations: [{ name: "users", kind }] };
      const found = planOf({ from: manifest([]), to: both, catalog, applied: null });
      expect(codes(found)).toEqual(["table-not-ours"]);
      expect(found.steps).toEqual([]);
      expect(found.problems[0]?.message).toContain(`a ${kind} "users"`);
    },
  );

  test("a table that lost its constraint counts as somebody else's", () => {
    const catalog = catalogOf(both);
    const tables = catalog.tables.map((found) => ({ ...found, number: null }));
    const found = planOf({ from: both, to: both, catalog: { ...catalog, tables } });
    expect(codes(found)).toEqual(["table-not-ours", "table-not-ours"]);
    expect(found.problems[0]?.message).toContain("users_convoy_id");
  });

  test("a table that somebody dropped is created anew, under its number", () => {
    const catalog = { ...catalogOf(both), tables: [], relations: [] };
    const found = planOf({ from: both, to: both, catalog });
    expect(outline(found)).toEqual(["create-table users", "create-table projects"]);
    expect(codes(found)).toEqual(["table-recreated", "table-recreated"]);
    expect(found.steps[1]).toMatchObject({ number: 2 });
  });

  test("when all numbers are used there are no new tables", () => {
    const catalog = { ...emptyCatalog, system: { ...emptyCatalog.system, lastNumber: 4094 } };
    const found = planOf({ from: manifest([]), to: both, catalog, applied: null });
    expect(codes(found)).toEqual(["too-many-tables"]);
    expect(found.problems[0]?.table).toBe("projects");
  });
});

describe("renames", () => {
  const folders = { ...projects, name: "folders" };
  const renamed = manifest([users, folders]);
  const rename = { renames: [{ from: "projects", to: "folders" }] };

  test("a rename that was not named is an addition, with a notice", () => {
    const found = planOf({ from: both, to: renamed, rows: 3 });
    expect(outline(found)).toEqual(["create-table folders", "record-manifest"]);
    expect(codes(found)).toEqual(["may-be-rename", "table-kept"]);
    expect(found.notices[0]?.message).toContain("convoy deploy --rename projects:folders");
  });

  test("tables that are nothing alike are no rename", () => {
    const other = table("folders", { path: text });
    const found = planOf({ from: both, to: manifest([users, other]) });
    expect(codes(found)).toEqual(["table-kept"]);
  });

  test("a table is renamed with its constraint and indexes, and nothing is built or checked", () => {
    const found = planOf({ from: both, to: renamed, rows: 3, options: rename });
    expect(outline(found)).toEqual(["rename-table projects folders", "record-manifest"]);
    const sql = found.steps[0]?.sql.join("\n") ?? "";
    expect(sql).toContain('rename constraint "projects_convoy_id" to "folders_convoy_id"');
    expect(sql).toContain(`rename to "${physicalTable(folders).indexes[0]?.name}"`);
  });

  test("a run after the rename has nothing to rename", () => {
    const found = planOf({
      from: both,
      to: renamed,
      catalog: catalogOf(renamed, 3),
      options: rename,
    });
    expect(outline(found)).toEqual(["record-manifest"]);
  });

  test("references to a renamed table are the same references", () => {
    const notes = (owner: string) => table("notes", { owner: idOf(owner) });
    const found = planOf({
      from: manifest([notes("users"), users]),
      to: manifest([notes("people"), { ...users, name: "people" }]),
      rows: 3,
      options: { renames: [{ from: "users", to: "people" }] },
    });
    expect(outline(found)).toEqual(["rename-table users people", "record-manifest"]);
  });

  test("a table takes the place of an empty one, whose documents' types say nothing", () => {
    const catalog = catalogOf(manifest([users, projects, folders]));
    const tables = catalog.tables.map((found) =>
      found.name === "projects" ? { ...found, estimatedRows: 7 } : found,
    );
    const found = planOf({
      from: renamed,
      to: renamed,
      catalog: { ...catalog, tables },
      options: rename,
    });
    expect(outline(found)).toEqual(["check-documents projects", "rename-table projects folders"]);
    expect(found.steps[1]).toMatchObject({ mustBeEmpty: "folders" });
  });

  test.each([
    ["there is no such table", { from: "nothing", to: "folders" }],
    ["the schema has not the new name", { from: "projects", to: "nothing" }],
    ["the schema still has the old name", { from: "users", to: "folders" }],
  ])("a rename is refused where %s", (_, wrong) => {
    const found = planOf({ from: both, to: renamed, options: { renames: [wrong] } });
    expect(codes(found)).toContain("invalid-rename");
    expect(found.steps).toEqual([]);
  });

  test("a rename onto a table with rows is refused", () => {
    const catalog = catalogOf(manifest([users, projects, folders]), 1);
    const found = planOf({ from: both, to: renamed, catalog, options: rename });
    expect(codes(found)).toContain("invalid-rename");
  });
});

describe("columns", () => {
  const plain = table("notes", { title: text, size: number });
  const promoted = table("notes", { title: text, size: number }, { promoted: ["size"] });
  const relational = table("notes", { title: text, size: number }, { relational: true });

  test("a new table has its columns from the start", () => {
    const found = planOf({
      from: manifest([]),
      to: manifest([promoted]),
      catalog: emptyCatalog,
      applied: null,
    });
    expect(found.steps[1]?.sql.join()).toContain('"size" double precision not null');
  });

  test.each([
    ["promoted", plain, promoted],
    ["demoted", promoted, plain],
    ["made relational", plain, relational],
    ["made a document again", relational, plain],
  ])("a table without rows can be %s", (_, before, after) => {
    const found = change(before, after, 0);
    expect(outline(found)).toEqual(["change-columns notes", "record-manifest"]);
    expect(found.steps[0]).toMatchObject({ mustBeEmpty: "notes" });
  });

  test.each([
    ["promoted", plain, promoted],
    ["demoted", promoted, plain],
    ["made relational", plain, relational],
  ])("a table with rows cannot be %s yet", (_, before, after) => {
    const found = change(before, after);
    expect(codes(found)).toEqual(["promotion-not-available"]);
    expect(found.steps).toEqual([]);
  });

  test("indexes are built anew with the columns", () => {
    const indexes = [index("by_size", "size")];
    const found = change({ ...promoted, indexes }, { ...relational, indexes }, 0);
    expect(outline(found)).toEqual([
      "change-columns notes",
      "create-index notes.by_size",
      "record-manifest",
    ]);
  });

  test("a promoted field that may be missing now loses NOT NULL, and back", () => {
    const optional = table("notes", { title: text, "size?": number }, { promoted: ["size"] });
    expect(outline(change(promoted, optional))).toEqual([
      "change-columns notes",
      "record-manifest",
    ]);
    const back = change(optional, promoted);
    expect(outline(back)).toEqual([
      "check-documents notes",
      "set-not-null notes",
      "record-manifest",
    ]);
    expect(back.steps[1]?.transaction).toBe(false);
  });

  test("a column that a person has added stays, with a notice", () => {
    const from = manifest([plain]);
    const catalog = catalogOf(from, 2);
    const [found] = catalog.tables;
    const mine = { ...found!.columns[0]!, name: "mine" };
    const tables = [{ ...found!, columns: [...found!.columns, mine] }];
    const result = planOf({ from, to: from, catalog: { ...catalog, tables } });
    expect(result.steps).toEqual([]);
    expect(codes(result)).toEqual(["column-kept"]);
  });
});

describe("databases", () => {
  const run = (catalog: Partial<Catalog>): Plan =>
    planOf({ from: both, to: both, catalog: { ...catalogOf(both), ...catalog } });

  test("a server that is too old is refused", () => {
    expect(codes(run({ serverVersion: 140_009 }))).toEqual(["postgres-too-old"]);
  });

  test("a database that a newer Convoy has set up is left alone", () => {
    const { system } = catalogOf(both);
    expect(codes(run({ system: { ...system, version: 1000 } }))).toEqual(["newer-convoy"]);
  });

  test("the tables of one database are in one schema", () => {
    expect(codes(run({ schema: "other" }))).toEqual(["other-data-schema"]);
  });
});
