import { afterAll, describe, expect, test } from "vitest";
import type { Manifest } from "../../../compiler/model/manifest.js";
import { syncSchema } from "../../../runtime/postgres/apply/sync-schema.js";
import {
  bigint,
  date,
  idOf,
  index,
  manifest,
  number,
  oneOf,
  table,
  text,
  unique,
} from "../plan/manifests.js";
import { syncedDatabases } from "./synced-database.js";
import { both, expectSettled, insert, notes, users } from "./users-and-notes.js";

const databases = syncedDatabases();
afterAll(() => databases[Symbol.asyncDispose]());

test("an empty database gets its tables, and a second run finds nothing to do", async () => {
  await using database = await databases.take();
  const { steps } = await database.sync(both);
  expect(steps.map(({ kind }) => kind)).toEqual([
    "system-schema",
    "create-table",
    "create-table",
    "record-manifest",
  ]);
  await expectSettled(database, both);
  expect((await database.sync(both)).steps).toEqual([]);
});

test("an index that nothing reads goes from the ledger of a database that has it", async () => {
  await using database = await databases.take();
  await database.sync(both);
  const indexes = "select indexname from pg_indexes where tablename = 'mutations'";
  expect(await database.rows(indexes)).toEqual([{ indexname: "mutations_pkey" }]);
  await database.rows(`
    create index mutations_created_at on _convoy.mutations using brin (created_at);
    update _convoy.system set version = 2`);
  const { steps } = await database.sync(both);
  expect(steps.map(({ kind }) => kind)).toEqual(["system-schema"]);
  expect(await database.rows(indexes)).toEqual([{ indexname: "mutations_pkey" }]);
  await expectSettled(database, both);
});

test("a plan changes nothing, even in a database that nobody has used", async () => {
  await using database = await databases.take();
  expect((await database.plan(both)).steps.length).toBeGreaterThan(0);
  const found = await database.rows("select from pg_namespace where nspname = '_convoy'");
  expect(found).toEqual([]);
});

test("tables live in the schema that was asked for, which is made where it is not there", async () => {
  await using database = await databases.take();
  await database.sync(both, { schema: 'my "app"' });
  await database.rows(`insert into "my ""app""".users (doc) values ('{"email": "a"}')`);
  expect((await database.plan(both, { schema: 'my "app"' })).steps).toEqual([]);
  expect((await database.plan(both)).problems).toMatchObject([{ code: "other-data-schema" }]);
});

test("names that are words of SQL, or have quotes in them, are quoted everywhere", async () => {
  await using database = await databases.take();
  const hostile = (name: string, field: string): Manifest =>
    manifest([
      table(name, { [field]: text, other: number }, { indexes: [unique("by_it", field)] }),
    ]);
  const first = hostile(`select"; drop table 'x' --`, `it's "a" \\ field`);
  await database.sync(first);
  await insert(database, `select"; drop table 'x' --`, [{ [`it's "a" \\ field`]: "1", other: 1 }]);
  await expectSettled(database, first);
  const second = hostile("order", `it's "a" \\ field`);
  await database.sync(second, {
    renames: [{ from: `select"; drop table 'x' --`, to: "order" }],
  });
  await expectSettled(database, second);
  const third = manifest([table("order", { other: oneOf("'", '"') })]);
  await expect(database.sync(third)).rejects.toMatchObject({ code: "documents-do-not-fit" });
  await database.sync(manifest([]), { allowDrop: ["order"] });
  expect(
    await database.rows("select tablename from pg_tables where schemaname = 'public'"),
  ).toEqual([]);
});

test("a table that Convoy did not make is never touched", async () => {
  await using database = await databases.take();
  await database.rows("create table users (id uuid primary key, doc jsonb not null)");
  await expect(database.sync(both)).rejects.toMatchObject({ code: "table-not-ours" });
  await database.rows("drop table users");
  await database.rows("create view users as select 1 as one");
  await expect(database.sync(both)).rejects.toMatchObject({ code: "table-not-ours" });
  expect(await database.rows("select from pg_namespace where nspname = '_convoy'")).toEqual([]);
});

describe("indexes", () => {
  test("one is added to a table with rows, changed and removed", async () => {
    await using database = await databases.take();
    await database.sync(both);
    await insert(database, "users", [{ email: "a", age: 1 }, { email: "b" }]);
    const withIndex = (...fields: string[]): Manifest =>
      manifest([{ ...users, indexes: [...users.indexes, index("by_age", ...fields)] }, notes]);
    for (const wanted of [withIndex("age"), withIndex("age", "email"), both]) {
      await database.sync(wanted);
      await expectSettled(database, wanted);
    }
    expect(
      await database.rows("select from pg_indexes where indexname like 'users_by_age%'"),
    ).toEqual([]);
  });

  test("a unique index over documents that are alike is refused, and nothing is done", async () => {
    await using database = await databases.take();
    const before = manifest([{ ...users, indexes: [] }]);
    await database.sync(before);
    const ids = await insert(database, "users", [
      { email: "a" },
      { email: "b" },
      { email: "a" },
      { email: "c" },
    ]);
    const described = await database.describe();
    const after = manifest([{ ...users, indexes: [index("by_age", "age"), ...users.indexes] }]);
    await expect(database.sync(after)).rejects.toMatchObject({
      code: "duplicate-values",
      message: expect.stringMatching(new RegExp(`${ids[0]} = ${ids[2]}|${ids[2]} = ${ids[0]}`)),
      problems: [{ table: "users", documents: { path: "by_email", count: 2 } }],
    });
    expect(await database.describe()).toBe(described);
    await database.rows("delete from users where id = $1", [ids[2]]);
    await database.sync(after);
    await expectSettled(database, after);
  });

  test("documents without a value are never alike", async () => {
    await using database = await databases.take();
    await database.sync(manifest([users]));
    await insert(database, "users", [{ email: "a" }, { email: "b" }]);
    const wanted = manifest([{ ...users, indexes: [unique("by_name", "name")] }]);
    await database.sync(wanted);
    await expectSettled(database, wanted);
  });

  test("documents that become alike while the index is built are told, and nothing invalid stays", async () => {
    await using database = await databases.take();
    await database.sync(manifest([{ ...users, indexes: [] }]));
    await insert(database, "users", [{ email: "a" }]);
    await expect(
      database.sync(manifest([users]), {
        pause: async (point) => {
          if (point === "index-registered") await insert(database, "users", [{ email: "a" }]);
        },
      }),
    ).rejects.toMatchObject({ code: "duplicate-values" });
    expect(await database.rows("select from pg_index where not indisvalid")).toEqual([]);
  });

  test("an invalid index left behind is built again", async () => {
    await using database = await databases.take();
    await database.sync(both);
    await insert(database, "users", [{ email: "a" }]);
    const described = await database.describe();
    const [built] = await database.rows<{ name: string; definition: string }>(
      "select indexname as name, indexdef as definition from pg_indexes where indexname like 'users_by_email%'",
    );
    await database.rows(`drop index ${built?.name}`);
    await database.rows(`insert into users (doc) values ('{"email": "a"}')`);
    const concurrently = built?.definition.replace("INDEX", "INDEX CONCURRENTLY") ?? "";
    await expect(database.rows(concurrently)).rejects.toMatchObject({ code: "23505" });
    expect(await database.rows("select from pg_index where not indisvalid")).toHaveLength(1);
    await expect(database.sync(both)).rejects.toMatchObject({ code: "duplicate-values" });
    await database.rows("delete from users where ctid = (select max(ctid) from users)");
    const { steps } = await database.sync(both);
    expect(steps.map(({ kind }) => kind)).toEqual([
      "check-duplicates",
      "drop-index",
      "create-index",
    ]);
    expect(await database.describe()).toBe(described);
  });

  test("an index over what plain SQL has written wrongly names the documents", async () => {
    await using database = await databases.take();
    await database.sync(both);
    const ids = await insert(database, "users", [
      { email: "a", age: 1 },
      { email: "b", age: "old" },
    ]);
    const wanted = manifest([{ ...users, indexes: [index("by_age", "age")] }]);
    await expect(database.sync(wanted)).rejects.toMatchObject({
      code: "documents-do-not-fit",
      problems: [{ documents: { path: "age", count: 1, ids: [ids[1]] } }],
    });
    expect(await database.rows("select from pg_index where not indisvalid")).toEqual([]);
  });

  test("rows that arrive after the plan make the index a concurrent one", async () => {
    await using database = await databases.take();
    await database.sync(manifest([{ ...users, indexes: [] }]));
    let arrived = false;
    const { steps } = await database.sync(manifest([users]), {
      pause: async (point, step) => {
        if (point !== "before-step" || step?.kind !== "create-index" || arrived) return;
        arrived = true;
        await insert(database, "users", [{ email: "a" }]);
      },
    });
    expect(steps.map(({ kind, transaction }) => [kind, transaction])).toEqual([
      ["check-duplicates", true],
      ["create-index", false],
      ["note-changes", true],
      ["record-manifest", true],
    ]);
    await expectSettled(database, manifest([users]));
  });
});

describe("tables", () => {
  test("one that left the schema keeps its documents, and has them when it comes back", async () => {
    await using database = await databases.take();
    await database.sync(both);
    const ids = await insert(database, "users", [{ email: "a" }]);
    const { notices } = await database.sync(manifest([notes]));
    expect(notices).toMatchObject([{ code: "table-kept", table: "users" }]);
    await expectSettled(database, manifest([notes]));
    await database.sync(both);
    expect(await database.rows("select id from users")).toEqual(ids.map((id) => ({ id })));
    await expectSettled(database, both);
  });

  test("one that was named is dropped, and its number is not given to another", async () => {
    await using database = await databases.take();
    await database.sync(both);
    await insert(database, "users", [{ email: "a" }]);
    await database.sync(manifest([notes]), { allowDrop: ["users"] });
    expect(await database.rows("select from pg_class where relname = 'users'")).toEqual([]);
    await database.sync(both);
    expect(
      await database.rows("select number, name, former_name from _convoy.tables order by number"),
    ).toEqual([
      { number: 1, name: null, former_name: "users" },
      { number: 2, name: "notes", former_name: null },
      { number: 3, name: "users", former_name: null },
    ]);
  });

  test("one on which a view depends is not dropped, and the run says so", async () => {
    await using database = await databases.take();
    await database.sync(both);
    await database.rows("create view emails as select doc->>'email' as email from users");
    await expect(database.sync(manifest([notes]), { allowDrop: ["users"] })).rejects.toMatchObject({
      name: "ConvoyError",
    });
    expect(await database.rows("select from users")).toEqual([]);
  });

  test("one that is renamed keeps its documents, number and indexes", async () => {
    await using database = await databases.take();
    await database.sync(both);
    const [user] = await insert(database, "users", [{ email: "a" }]);
    await insert(database, "notes", [{ text: "hello", userId: user }]);
    const people = manifest([
      { ...users, name: "people" },
      { ...notes, fields: table("notes", { text, userId: idOf("people") }).fields },
    ]);
    const { steps } = await database.sync(people, { renames: [{ from: "users", to: "people" }] });
    expect(steps.map(({ kind }) => kind)).toEqual(["rename-table", "record-manifest"]);
    expect(await database.rows("select id from people")).toEqual([{ id: user }]);
    await database.rows(`insert into people (doc) values ('{"email": "b"}')`);
    await expectSettled(database, people);
    await using fresh = await databases.take();
    await fresh.sync(people);
    expect(await database.describe()).toBe(await fresh.describe());
  });

  test("one is renamed in place of an empty one that was made too early", async () => {
    await using database = await databases.take();
    await database.sync(both);
    await insert(database, "users", [{ email: "a" }]);
    const people = manifest([{ ...users, name: "people" }]);
    const { notices } = await database.sync(people);
    expect(notices.map(({ code }) => code)).toContain("may-be-rename");
    const options = { renames: [{ from: "users", to: "people" }] };
    await database.sync(people, options);
    expect(await database.rows("select doc from people")).toEqual([{ doc: { email: "a" } }]);
    await expectSettled(database, people);
    expect((await database.sync(people, options)).steps).toEqual([]);
  });
});

describe("columns", () => {
  const fields = { title: text, "at?": date, size: bigint };
  const forms: readonly Manifest[] = [
    manifest([table("docs", fields, { indexes: [index("by_size", "size")] })]),
    manifest([
      table("docs", fields, { indexes: [index("by_size", "size")], promoted: ["at", "size"] }),
    ]),
    manifest([table("docs", fields, { indexes: [index("by_size", "size")], relational: true })]),
  ];

  test("an empty table takes every form, and is then like one made that way", async () => {
    await using database = await databases.take();
    for (const wanted of [...forms, ...forms.toReversed()]) {
      await database.sync(wanted);
      await expectSettled(database, wanted);
      await using fresh = await databases.take();
      await fresh.sync(wanted);
      expect(await database.describe()).toBe(await fresh.describe());
    }
  });

  test("a table with rows keeps its form, and its rows", async () => {
    await using database = await databases.take();
    const [plain, promoted] = forms as [Manifest, Manifest];
    await database.sync(plain);
    await insert(database, "docs", [{ title: "a", size: "1" }]);
    await expect(database.sync(promoted)).rejects.toMatchObject({
      code: "promotion-not-available",
    });
    await expectSettled(database, plain);
  });

  test("rows that arrive after the plan stop the change of columns", async () => {
    await using database = await databases.take();
    const [plain, promoted] = forms as [Manifest, Manifest];
    await database.sync(plain);
    const run = database.sync(promoted, {
      pause: async (point, step) => {
        if (point === "before-step" && step?.kind === "change-columns") {
          await insert(database, "docs", [{ title: "a", size: "1" }]);
        }
      },
    });
    await expect(run).rejects.toMatchObject({ code: "promotion-not-available" });
    expect(await database.rows("select doc from docs")).toHaveLength(1);
  });

  test("a promoted field becomes optional and required again", async () => {
    await using database = await databases.take();
    const form = (name: string): Manifest =>
      manifest([table("docs", { title: text, [name]: number }, { promoted: ["size"] })]);
    await database.sync(form("size"));
    await database.rows(`insert into docs (doc, size) values ('{"title": "a"}', 1)`);
    await database.sync(form("size?"));
    await database.rows(`insert into docs (doc) values ('{"title": "b"}')`);
    await expect(database.sync(form("size"))).rejects.toMatchObject({
      code: "documents-do-not-fit",
      problems: [{ documents: { path: "size", count: 1 } }],
    });
    await database.rows("delete from docs where size is null");
    await database.sync(form("size"));
    await expectSettled(database, form("size"));
    await expect(database.rows(`insert into docs (doc) values ('{}')`)).rejects.toMatchObject({
      code: "23502",
    });
  });
});

test("a server that is not there, and a user who may not, are told in words", async () => {
  await using database = await databases.take();
  const nowhere = new URL(database.url);
  nowhere.port = "1";
  await expect(syncSchema({ url: nowhere.href, manifest: both })).rejects.toMatchObject({
    name: "ConvoyError",
    code: "database-connection-lost",
  });
  const role = `reader_${Date.now().toString(36)}`;
  await database.rows(`create role ${role} login password 'secret'`);
  try {
    const limited = new URL(database.url);
    limited.username = role;
    limited.password = "secret";
    await expect(syncSchema({ url: limited.href, manifest: both })).rejects.toMatchObject({
      code: "database-permission-denied",
    });
  } finally {
    await database.rows(`drop role ${role}`);
  }
});
