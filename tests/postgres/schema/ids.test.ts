import { afterAll, beforeAll, expect, test } from "vitest";
import {
  creationTimeOf,
  isDocumentId,
  tableNumberOf,
} from "../../../runtime/database/ids/document-id.js";
import { createIdGenerator } from "../../../runtime/database/ids/id-generator.js";
import { idCheckExpression, numberOfIdCheck } from "../../../runtime/postgres/schema/id-check.js";
import { manifest, table, text } from "../plan/manifests.js";
import { type SyncedDatabase, syncedDatabases } from "./synced-database.js";

const databases = syncedDatabases();
let database: SyncedDatabase;

beforeAll(async () => {
  database = await databases.take();
  await database.sync(manifest([table("users", { name: text }), table("notes", { text })]));
});

afterAll(async () => {
  await databases[Symbol.asyncDispose]();
});

test("a plain INSERT gets an id of its table, made at that moment", async () => {
  const [row] = await database.rows<{ id: string; ms: string }>(
    `insert into notes (doc) values ('{"text": "by hand"}')
     returning id, floor(extract(epoch from clock_timestamp()) * 1000)::text as ms`,
  );
  expect(isDocumentId(row?.id)).toBe(true);
  expect(tableNumberOf(row?.id ?? "")).toBe(2);
  expect(Math.abs(creationTimeOf(row?.id ?? "") - Number(row?.ms))).toBeLessThanOrEqual(10_000);
});

test("ids of SQL are different, and have the number that was asked for", async () => {
  const rows = await database.rows<{ number: number; id: string }>(
    "select number, _convoy.new_id(number) as id from (values (1), (256), (4095)) as given(number), generate_series(1, 200)",
  );
  expect(new Set(rows.map(({ id }) => id)).size).toBe(600);
  for (const { number, id } of rows) expect(isDocumentId(id) && tableNumberOf(id)).toBe(number);
});

test("an id that a server has made is accepted", async () => {
  const id = createIdGenerator()(2);
  await expect(
    database.rows("insert into notes (id, doc) values ($1, '{}') returning id", [id]),
  ).resolves.toEqual([{ id }]);
});

test.each([
  ["another table's id", createIdGenerator()(1)],
  ["a random UUID", "5b1ff1e6-5b8f-4b0e-8d0e-7b3a3f6f4b52"],
  ["another variant", createIdGenerator()(2).replace(/-[89ab](...)-(.{12})$/, "-c$1-$2")],
  ["another version", createIdGenerator()(2).replace(/-7002-(?=....-.{12}$)/, "-8002-")],
])("%s fails the check", async (_, id) => {
  await expect(
    database.rows("insert into notes (id, doc) values ($1, '{}')", [id]),
  ).rejects.toMatchObject({ code: "23514", constraint: "notes_convoy_id" });
});

test("the number is read back from the constraint as Postgres prints it", async () => {
  const numbers = [1, 15, 16, 4095];
  for (const number of numbers) {
    await database.rows(
      `create table public.checked (id uuid constraint checked check (${idCheckExpression(number)}))`,
    );
    const [row] = await database.rows<{ definition: string }>(
      "select pg_get_constraintdef(oid) as definition from pg_constraint where conname = 'checked'",
    );
    expect(numberOfIdCheck(row?.definition ?? "")).toBe(number);
    await database.rows("drop table public.checked");
  }
  expect(numberOfIdCheck("CHECK ((id IS NOT NULL))")).toBeNull();
});
