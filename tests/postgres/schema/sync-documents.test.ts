import { afterAll, describe, expect, test } from "vitest";
import { SchemaSyncError } from "../../../runtime/postgres/apply/failures.js";
import { date, index, manifest, nothing, number, oneOf, table, text } from "../plan/manifests.js";
import { syncedDatabases } from "./synced-database.js";
import { expectSettled, insert } from "./users-and-notes.js";

const databases = syncedDatabases();
afterAll(() => databases[Symbol.asyncDispose]());

describe("documents", () => {
  test("those that do not fit new types stop everything, by field, path and id", async () => {
    await using database = await databases.take();
    const before = manifest([
      table("tasks", { status: text, "tags?": { kind: "array", element: text }, "old?": text }),
    ]);
    await database.sync(before);
    const [, second, third, fourth] = await insert(database, "tasks", [
      { status: "open", tags: ["a"] },
      { status: "lost" },
      { status: "open", tags: ["a", "much too long"] },
      { status: "done", old: "x" },
    ]);
    const described = await database.describe();
    const after = manifest([
      table(
        "tasks",
        { status: oneOf("open", "done"), "tags?": { kind: "array", element: oneOf("a", "b") } },
        { indexes: [index("by_status", "status")] },
      ),
      table("more", { text }),
    ]);
    await expect(database.sync(after)).rejects.toMatchObject({
      code: "documents-do-not-fit",
      message: expect.stringMatching(/"status".*\n.*"tags\[1\]".*\nNothing was changed\.$/s),
      problems: [
        { documents: { path: "old", count: 1, ids: [fourth] } },
        { documents: { path: "status", count: 1, ids: [second] } },
        { documents: { path: "tags[1]", count: 1, ids: [third] } },
      ],
    });
    expect(await database.describe()).toBe(described);
    await database.rows("delete from tasks where id = any($1)", [[second, third, fourth]]);
    await database.sync(after);
    await expectSettled(database, after);
  });

  test("one is told of as one, and several as several", async () => {
    await using database = await databases.take();
    await database.sync(manifest([table("tasks", { "a?": text, "b?": text, "old?": text })]));
    await insert(database, "tasks", [{ a: "x", old: "x" }, { b: "x" }, { a: "x", b: "x" }]);
    await database.rows("insert into tasks (doc) values ('[]')");
    const after = manifest([table("tasks", { "a?": number, b: text })]);
    await expect(database.sync(after)).rejects.toMatchObject({
      problems: [
        { message: expect.stringContaining("2 documents have fields that the schema has not") },
        { message: expect.stringMatching(/: 2 documents do not fit at "a" .* Change these doc/) },
        { message: expect.stringMatching(/: 2 documents lack the field "b" .* Change these doc/) },
      ],
    });
    await database.rows("delete from tasks where doc->>'b' is not null or doc = '[]'");
    await expect(database.sync(after)).rejects.toMatchObject({
      problems: [
        { message: expect.stringContaining("1 document has fields that the schema has not") },
        { message: expect.stringMatching(/: 1 document does not fit at "a" .* Change this doc/) },
        { message: expect.stringMatching(/: 1 document lacks the field "b" .* Change this doc/) },
      ],
    });
    await database.rows("update tasks set doc = '[]'");
    await expect(database.sync(after)).rejects.toMatchObject({
      message: expect.stringMatching(/: 1 document is no object .* or delete it\./),
    });
  });

  test("of many, the first ten are named and all are counted", async () => {
    await using database = await databases.take();
    await database.sync(manifest([table("tasks", { n: text })]));
    await insert(
      database,
      "tasks",
      Array.from({ length: 500 }, () => ({ n: "x" })),
    );
    const error: unknown = await database
      .sync(manifest([table("tasks", { n: number })]))
      .catch((error: unknown) => error);
    expect(error).toMatchObject({ problems: [{ documents: { count: 500 } }] });
    expect(error).toBeInstanceOf(SchemaSyncError);
    expect((error as SchemaSyncError).problems[0]?.documents?.ids).toHaveLength(10);
  });

  test("a recursive type is checked in documents that are read", async () => {
    await using database = await databases.take();
    await database.sync(manifest([table("tasks", { tree: { kind: "any" } })]));
    const good = { at: "2026-11-22T20:37:50.123Z", next: null };
    const ids = await insert(database, "tasks", [
      ...Array.from({ length: 450 }, () => ({ tree: { ...good, next: good } })),
      { tree: { ...good, next: { ...good, next: { at: "never", next: null } } } },
    ]);
    const node = { kind: "named", name: "Node" } as const;
    const after = manifest([table("tasks", { tree: node })], {
      Node: {
        kind: "object",
        properties: [
          { name: "at", type: date, optional: false },
          { name: "next", type: oneOf(node, nothing), optional: false },
        ],
      },
    });
    await expect(database.sync(after)).rejects.toMatchObject({
      problems: [{ documents: { path: "tree.next.next.at", count: 1, ids: [ids.at(-1)] } }],
    });
    await database.rows("delete from tasks where id = $1", [ids.at(-1)]);
    await database.sync(after);
    await expectSettled(database, after);
  });
});
