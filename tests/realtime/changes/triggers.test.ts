import { randomBytes } from "node:crypto";
import { Client } from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { TableChange } from "../../../runtime/realtime/changes/change.js";
import { CHANGES_CHANNEL } from "../../../runtime/postgres/schema/change-triggers.js";
import type { OwnDatabase } from "../../../runtime/postgres/embedded/template-database.js";
import { syncSchema } from "../../../runtime/postgres/apply/sync-schema.js";
import { testDatabase } from "../../support/postgres.js";
import { idOf, index, manifest, number, table, text } from "../../postgres/plan/manifests.js";
import { layoutsOf, type LogReader, openLogReader } from "./log-reader.js";

const users = table("users", { name: text });
const notes = table(
  "notes",
  { title: text, "stars?": number, userId: idOf("users") },
  { indexes: [index("by_title", "title", "stars"), index("by_stars", "stars")] },
);
const wanted = manifest([users, notes]);
const [USERS, NOTES] = [1, 2];

let database: OwnDatabase;
let reader: LogReader;
let client: Client;

beforeAll(async () => {
  database = await testDatabase();
  await syncSchema({ url: database.url, manifest: wanted });
  reader = await openLogReader({ url: database.url, layouts: layoutsOf(wanted) });
  client = new Client({ connectionString: database.url });
  await client.connect();
});

afterAll(async () => {
  await client.end();
  await reader[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

beforeEach(async () => {
  await client.query("truncate notes, users cascade");
  await reader.read();
});

async function run(sql: string, values: readonly unknown[] = []): Promise<void> {
  await client.query(sql, [...values]);
}

async function insertNotes(...docs: readonly object[]): Promise<readonly string[]> {
  const { rows } = await client.query<{ id: string }>(
    "insert into notes (doc) select unnest($1::jsonb[]) returning id",
    [docs.map((doc) => JSON.stringify(doc))],
  );
  await reader.read();
  return rows.map(({ id }) => id);
}

/** `title stars` before and after, by what a row was given as a name. */
function rowsOf(changes: readonly TableChange[], tableNumber: number = NOTES): string[] {
  const change = changes.find((found) => found.tableNumber === tableNumber);
  if (change?.kind !== "rows") throw new Error("No rows were noted.");
  const key = (texts: readonly (string | null)[] | null) => texts?.join(" ") ?? "-";
  return change.rows.map(({ before, after }) => `${key(before)} > ${key(after)}`).toSorted();
}

describe("a statement notes the keys of the rows it wrote, before and after", () => {
  test("insert", async () => {
    await run(
      `insert into notes (doc) values ('{"title": "a", "stars": 1.50}'), ('{"title": "b"}')`,
    );
    expect(rowsOf(await reader.changes())).toEqual(["- > a 1.5", "- > b "]);
  });

  test("update, but for rows that it leaves as they are", async () => {
    const [id] = await insertNotes({ title: "a", stars: 1 }, { title: "b", stars: 2 });
    await run(`update notes set doc = doc || '{"stars": 2}'`);
    const changes = await reader.changes();
    expect(changes).toEqual([
      { kind: "rows", tableNumber: NOTES, rows: [{ id, before: ["a", "1"], after: ["a", "2"] }] },
    ]);
    await run(`update notes set doc = doc || '{"stars": 2}'`);
    await run(`update notes set doc = doc where false`);
    expect(await reader.changes()).toEqual([]);
  });

  test("update of what no index has", async () => {
    await insertNotes({ title: "a" });
    await run(`update notes set doc = doc || '{"text": "new"}'`);
    expect(rowsOf(await reader.changes())).toEqual(["a  > a "]);
  });

  test("update of the id: one row goes, another comes", async () => {
    const [id] = await insertNotes({ title: "a" });
    const other = `${id?.slice(0, 30)}000000`;
    await run("update notes set id = $1", [other]);
    const [change] = await reader.changes();
    expect(change).toMatchObject({
      kind: "rows",
      rows: expect.arrayContaining([
        { id, before: ["a", null], after: null },
        { id: other, before: null, after: ["a", null] },
      ]),
    });
  });

  test("delete, and nothing where there was nothing to delete", async () => {
    await insertNotes({ title: "a" }, { title: "b" });
    await run(`delete from notes where doc->>'title' = 'a'`);
    await run(`delete from notes where doc->>'title' = 'z'`);
    expect(rowsOf(await reader.changes())).toEqual(["a  > -"]);
  });

  test("truncate notes the table", async () => {
    await insertNotes({ title: "a" });
    await run("truncate notes");
    expect(await reader.changes()).toEqual([{ kind: "table", tableNumber: NOTES }]);
  });

  test("insert on conflict, which inserts some and updates others", async () => {
    const [id] = await insertNotes({ title: "a" });
    await run(
      `insert into notes (id, doc) values ($1, '{"title": "b"}'), (default, '{"title": "c"}')
       on conflict (id) do update set doc = excluded.doc`,
      [id],
    );
    expect(rowsOf(await reader.changes())).toEqual(["- > c ", "a  > b "]);
    await run(`insert into notes (id, doc) values ($1, '{}') on conflict do nothing`, [id]);
    expect(await reader.changes()).toEqual([]);
  });

  test("merge, which does all three", async () => {
    const [changed, gone] = await insertNotes({ title: "a" }, { title: "b" });
    await run(
      `merge into notes using (values ($1::uuid, 'x'), ($2::uuid, null), (null, 'y')) as given(id, title)
       on notes.id = given.id
       when matched and given.title is null then delete
       when matched then update set doc = jsonb_build_object('title', given.title)
       when not matched then insert (doc) values (jsonb_build_object('title', given.title))`,
      [changed, gone],
    );
    expect(rowsOf(await reader.changes())).toEqual(["- > y ", "a  > x ", "b  > -"]);
  });

  test("parts of one statement that write the same table", async () => {
    await insertNotes({ title: "a" }, { title: "b" });
    await run(
      `with one as (insert into notes (doc) values ('{"title": "c"}')),
         two as (insert into notes (doc) values ('{"title": "d"}')),
         three as (update notes set doc = '{"title": "e"}' where doc->>'title' = 'a')
       delete from notes where doc->>'title' = 'b'`,
    );
    expect(rowsOf(await reader.changes())).toEqual(["- > c ", "- > d ", "a  > e ", "b  > -"]);
  });

  test("a foreign key that deletes and changes rows of another table", async () => {
    await run(
      `alter table notes add column owner uuid references users on delete cascade on update cascade`,
    );
    try {
      await run(`insert into users (doc) values ('{}'), ('{}')`);
      await run(
        `insert into notes (doc, owner) select jsonb_build_object('title', row_number() over ()), id from users`,
      );
      await reader.read();
      await run(
        `update users set id = _convoy.new_id(1) where id = (select owner from notes where doc->>'title' = '1')`,
      );
      await run(`delete from users where id = (select owner from notes where doc->>'title' = '2')`);
      const changes = await reader.changes();
      expect(rowsOf(changes)).toEqual(["1  > 1 ", "2  > -"]);
      expect(rowsOf(changes, USERS)).toHaveLength(3);
    } finally {
      await run("alter table notes drop column owner");
    }
  });

  test("copy", async () => {
    await run(`copy notes (doc) from program 'echo ''{"title": "copied"}'''`);
    expect(rowsOf(await reader.changes())).toEqual(["- > copied "]);
  });
});

test("of a statement that wrote more rows than are noted, the table is", async () => {
  const fill = (count: number) =>
    run(`insert into notes (doc) select '{"title": "a"}' from generate_series(1, ${count})`);
  await fill(1000);
  expect(rowsOf(await reader.changes())).toHaveLength(1000);
  await run(`update notes set doc = '{"title": "b"}'`);
  expect(rowsOf(await reader.changes())).toHaveLength(1000);
  await fill(1001);
  expect(await reader.changes()).toEqual([{ kind: "table", tableNumber: NOTES }]);
  // Most of which stay as they are.
  await run(`insert into notes (doc) values ('{"title": "c"}')`);
  await reader.read();
  await run(`update notes set doc = '{"title": "b"}'`);
  expect(await reader.changes()).toEqual([{ kind: "table", tableNumber: NOTES }]);
  await run("delete from notes");
  expect(await reader.changes()).toEqual([{ kind: "table", tableNumber: NOTES }]);
});

test("columns that a person has added, of types that know no equality, are compared as well", async () => {
  await insertNotes({ title: "a" });
  await run("alter table notes add column mine json, add column place point");
  try {
    await run("update notes set mine = '{}', place = '(1, 2)'");
    expect(rowsOf(await reader.changes())).toEqual(["a  > a "]);
    await run("update notes set mine = '{}', place = '(1, 2)'");
    expect(await reader.changes()).toEqual([]);
    await run("alter table notes drop column mine");
    await run("update notes set place = '(1, 3)'");
    expect(rowsOf(await reader.changes())).toEqual(["a  > a "]);
  } finally {
    await run("alter table notes drop column if exists mine, drop column place");
  }
});

test("who may write a table needs no rights on the log, and cannot turn it off", async () => {
  const role = `writer_${randomBytes(4).toString("hex")}`;
  await run(
    `create role ${role}; grant usage on schema _convoy to ${role}; grant insert on notes to ${role}`,
  );
  try {
    await run(
      `set role ${role}; set search_path = pg_temp; set extra_float_digits = -10;
       create temp table changes (x int)`,
    );
    await expect(run("set session_replication_role = replica")).rejects.toThrow();
    await expect(run("select from _convoy.changes")).rejects.toThrow();
    await run(
      `insert into public.notes (doc) values ('{"title": "a", "stars": 0.30000000000000004}')`,
    );
    expect(rowsOf(await reader.changes())).toEqual(["- > a 0.30000000000000004"]);
    const own = `create temp table mine (id uuid, doc jsonb);
      create trigger mine after insert on mine referencing new table as convoy_after
      for each statement execute function _convoy.note_changes_2()`;
    await expect(run(own)).rejects.toMatchObject({ code: "42501" });
  } finally {
    await run(
      "reset role; reset search_path; reset extra_float_digits; drop table if exists pg_temp.changes",
    );
    await run(`drop owned by ${role}; drop role ${role}`);
  }
});

test("a session that plays replica is noted as well", async () => {
  await run("set session_replication_role = replica");
  try {
    await run(`insert into notes (doc) values ('{"title": "a"}')`);
  } finally {
    await run("reset session_replication_role");
  }
  expect(rowsOf(await reader.changes())).toEqual(["- > a "]);
});

test("writers tell of their changes, but for sessions that do that themselves", async () => {
  const heard: string[] = [];
  const listener = new Client({ connectionString: database.url });
  await listener.connect();
  try {
    listener.on("notification", ({ payload = "" }) => heard.push(payload));
    await listener.query(`listen ${CHANGES_CHANNEL}`);
    await run(`insert into notes (doc) values ('{"title": "a"}')`);
    await run("update notes set doc = doc");
    await run("set convoy.wakes = on");
    await run(`insert into notes (doc) values ('{"title": "b"}')`);
    await run("reset convoy.wakes");
    await run(`select pg_notify('${CHANGES_CHANNEL}', 'end')`);
    while (!heard.includes("end")) await listener.query("select");
    expect(heard).toEqual(["", "end"]);
  } finally {
    await listener.end();
  }
});
