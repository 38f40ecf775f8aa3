import { afterAll, expect, test } from "vitest";
import { bigint, date, index, manifest, number, table } from "../plan/manifests.js";
import { syncedDatabases, type SyncedDatabase } from "./synced-database.js";
import { both, expectSettled, insert, users } from "./users-and-notes.js";

const databases = syncedDatabases();
afterAll(() => databases[Symbol.asyncDispose]());

/** As a Convoy left it that had no change log. */
async function forgetChangeLog(database: SyncedDatabase): Promise<void> {
  await database.rows(`
    drop function _convoy.note_changes_1, _convoy.note_changes_2 cascade;
    drop table _convoy.changes, _convoy.boot, _convoy.leases;
    update _convoy.system set version = 1`);
}

async function noted(database: SyncedDatabase): Promise<readonly unknown[]> {
  return await database.rows(
    "select table_number as number, id is null as whole, after from _convoy.changes order by xid",
  );
}

test("comes to the tables of a database that had none, and counts what they hold as changed", async () => {
  await using fresh = await databases.take();
  await fresh.sync(both);
  await using database = await databases.take();
  await database.sync(both);
  await insert(database, "users", [{ email: "a" }]);
  await forgetChangeLog(database);
  const { steps } = await database.sync(both);
  expect(steps.map(({ kind, lock }) => [kind, lock.mode])).toEqual([
    ["system-schema", "none"],
    ["note-changes", "share row exclusive"],
    ["note-changes", "share row exclusive"],
  ]);
  expect(await database.describe()).toBe(await fresh.describe());
  expect(await noted(database)).toEqual([
    { number: 1, whole: true, after: null },
    { number: 2, whole: true, after: null },
  ]);
  await expectSettled(database, both);
});

test("of several runs that upgrade a database, one does it", async () => {
  await using database = await databases.take();
  await database.sync(both);
  await forgetChangeLog(database);
  const runs = await Promise.all([database.sync(both), database.sync(both), database.sync(both)]);
  expect(runs.flatMap(({ steps }) => steps)).toHaveLength(3);
  await expectSettled(database, both);
});

test.each([
  ["a trigger that is gone", "drop trigger convoy_update on users", "share row exclusive"],
  ["triggers that are off", "alter table users disable trigger user", "share row exclusive"],
  [
    "triggers that a restore has left on in part",
    "alter table users disable trigger user; alter table users enable trigger user",
    "share row exclusive",
  ],
  [
    "another function of that name",
    `create or replace function _convoy.note_changes_1() returns trigger language plpgsql
     security definer set search_path = pg_catalog, pg_temp as 'begin return null; end'`,
    "none",
  ],
  [
    "a function without its settings",
    "alter function _convoy.note_changes_1 reset search_path",
    "none",
  ],
  [
    "a function that anybody may call",
    "grant execute on function _convoy.note_changes_1 to public",
    "none",
  ],
  [
    "a function with the rights of its caller",
    "alter function _convoy.note_changes_1 security invoker",
    "share row exclusive",
  ],
])("is mended where there is %s", async (_, damage, mode) => {
  await using database = await databases.take();
  await database.sync(both);
  const described = await database.describe();
  await database.rows(damage);
  expect((await database.sync(both)).steps).toMatchObject([
    { kind: "note-changes", table: "users", lock: { mode } },
  ]);
  expect(await database.describe()).toBe(described);
  await expectSettled(database, both);
});

test("has the keys of the indexes that a table has now, under whatever name", async () => {
  await using database = await databases.take();
  await database.sync(both);
  await insert(database, "users", [{ email: "a", age: 1 }]);
  const people = { ...users, name: "people", indexes: [index("by_age", "age")] };
  const { steps } = await database.sync(manifest([people]), {
    renames: [{ from: "users", to: "people" }],
  });
  expect(steps.map(({ kind }) => kind)).toEqual([
    "rename-table",
    "create-index",
    "note-changes",
    "drop-index",
    "record-manifest",
  ]);
  await database.rows("truncate _convoy.changes");
  await insert(database, "people", [{ email: "b", age: 2 }]);
  expect(await noted(database)).toEqual([{ number: 1, whole: false, after: ["2"] }]);
});

test("has settings that are found as they were made", async () => {
  await using database = await databases.take();
  const fields = { at: date, size: number, hash: { kind: "bytes" }, much: bigint } as const;
  const indexes = Object.keys(fields).map((name) => index(`by_${name}`, name));
  const wanted = manifest([table("files", fields, { indexes, relational: true })]);
  await database.sync(wanted);
  await expectSettled(database, wanted);
});

test("goes with a table that is dropped", async () => {
  await using database = await databases.take();
  await database.sync(both);
  await database.sync(manifest([users]), { allowDrop: ["notes"] });
  const left = await database.rows(
    String.raw`select proname from pg_proc where proname like 'note\_changes\_%' and pronamespace = '_convoy'::regnamespace`,
  );
  expect(left).toEqual([{ proname: "note_changes_1" }]);
});
