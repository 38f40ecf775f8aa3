import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Id } from "../../../protocol/id.js";
import { withClient } from "../../../runtime/postgres/embedded/database-client.js";
import { type TrackerDatabase, trackerDatabase } from "./tracker-database.js";

let database: TrackerDatabase;
let userId: Id<"users">;
let workspaceId: Id<"workspaces">;
let projectId: Id<"projects">;

const settings = { theme: "dark" as const, locale: "de", muted: [] };

function user(email: string) {
  return { email, profile: { displayName: "Ada", pronouns: null }, settings, isSuspended: false };
}

function task(number: number) {
  return {
    projectId,
    number,
    title: `Task ${number}`,
    assigneeId: null,
    dueAt: null,
    createdBy: userId,
    updatedAt: number,
    updatedBy: null,
  };
}

beforeAll(async () => {
  database = await trackerDatabase();
  await database.mutate(async (db) => {
    userId = await db.insert("users", user("ada@example.com"));
    workspaceId = await db.insert("workspaces", {
      name: "Works",
      slug: "works",
      ownerId: userId,
      storageUsed: 2n ** 80n,
      createdBy: userId,
      updatedAt: 1,
      updatedBy: null,
    });
    projectId = await db.insert("projects", {
      workspaceId,
      key: "WEB",
      name: "Website",
      description: null,
      createdBy: userId,
      updatedAt: 1,
      updatedBy: null,
    });
  });
});

afterAll(async () => {
  await database[Symbol.asyncDispose]();
});

describe("documents", () => {
  test("an insert applies defaults, and a read gives what was inserted", async () => {
    const id = await database.mutate((db) => db.insert("tasks", task(1)));
    const found = await database.query((db) => db.get(id));
    expect(found).toEqual({
      ...task(1),
      _id: id,
      _creationTime: found?._creationTime,
      status: "backlog",
      priority: 0,
      labelIds: [],
      checklist: [],
      custom: {},
    });
    expect(Math.abs(Date.now() - (found?._creationTime ?? 0))).toBeLessThan(60_000);
  });

  test("dates, bigints and bytes come back as what they were", async () => {
    const sent = {
      workspaceId,
      uploadedBy: userId,
      name: 'a \u{1f600} \\u0000 "quoted"',
      contentType: "image/png",
      size: 12_345_678_901_234_567_890n,
      sha256: new Uint8Array([0, 92, 120, 255]),
      image: { width: 3, height: 4 },
    };
    const found = await database.mutate(async (db) => {
      const id = await db.insert("attachments", sent);
      return await db.get("attachments", id);
    });
    expect(found).toMatchObject(sent);
    const workspace = await database.query((db) => db.get(workspaceId));
    expect(workspace?.storageUsed).toBe(2n ** 80n);
  });

  test("a promoted field, a relational table and a document read alike", async () => {
    await database.mutate(async (db) => {
      const session = await db.insert("sessions", {
        userId,
        token: "t1",
        expiresAt: new Date("2030-01-01T00:00:00.000Z"),
      });
      const membership = await db.insert("memberships", {
        workspaceId,
        userId,
        role: "owner",
        invitedBy: null,
      });
      expect(await db.get(session)).toMatchObject({ userId, token: "t1" });
      expect(await db.get(membership)).toEqual({
        _id: membership,
        _creationTime: expect.any(Number),
        workspaceId,
        userId,
        role: "owner",
        invitedBy: null,
      });
      const found = await db
        .query("memberships")
        .withIndex("by_user", (q) => q.eq("userId", userId))
        .collect();
      expect(found.map(({ _id }) => _id)).toEqual([membership]);
    });
    const [row] = await withClient(database.url, async (client) => {
      const { rows } = await client.query('select * from sessions where "userId" = $1', [userId]);
      return rows as Record<string, unknown>[];
    });
    expect(row).toMatchObject({ token: "t1", doc: { expiresAt: "2030-01-01T00:00:00.000Z" } });
    expect(row?.["doc"]).not.toHaveProperty("token");
  });

  test("a patch sets, removes and leaves alone, and gives the new document", async () => {
    await database.mutate(async (db) => {
      const id = await db.insert("timeEntries", {
        taskId: await db.insert("tasks", task(2)),
        userId,
        startedAt: new Date(1_000),
        note: "first",
      });
      const before = await db.get(id);
      const after = await db.patch(id, { stoppedAt: new Date(2_000), note: undefined });
      const { note: _note, ...rest } = before ?? { note: "" };
      expect(after).toEqual({ ...rest, stoppedAt: new Date(2_000) });
      expect(after).not.toHaveProperty("note");
      expect(await db.get(id)).toEqual(after);
    });
  });

  test("patches of one document that do not wait for one another are all applied", async () => {
    const found = await database.mutate(async (db) => {
      const id = await db.insert("tasks", task(3));
      await Promise.all([
        db.patch(id, { title: "New" }),
        db.patch("tasks", id, { priority: 3 }),
        db.patch(id, { status: "done" }),
      ]);
      return await db.get(id);
    });
    expect(found).toMatchObject({ title: "New", priority: 3, status: "done" });
  });

  test("a replacement has its own fields alone, with defaults", async () => {
    const replaced = await database.mutate(async (db) => {
      const id = await db.insert("tasks", { ...task(4), labelIds: [], parentId: undefined });
      await db.patch(id, { priority: 2 });
      return await db.replace(id, { ...task(4), title: "Replaced" });
    });
    expect(replaced).toMatchObject({ title: "Replaced", priority: 0 });
  });

  test("a deleted document is gone, and a missing one is an error with a code", async () => {
    await database.mutate(async (db) => {
      const id = await db.insert("tasks", task(5));
      await db.delete(id);
      expect(await db.get(id)).toBeNull();
      const notFound = expect.objectContaining({ code: "document-not-found", status: 404 });
      await expect(db.delete(id)).rejects.toEqual(notFound);
      await expect(db.patch(id, { title: "x" })).rejects.toEqual(notFound);
      await expect(db.replace("tasks", id, task(5))).rejects.toEqual(notFound);
    });
  });

  test("many documents go in together, and come back in the order of their ids asked for", async () => {
    await database.mutate(async (db) => {
      const entries = Array.from({ length: 2_500 }, (_, at) => ({
        workspaceId,
        name: `label ${at}`,
        color: "#00ff00",
      }));
      const ids = await db.insertMany("labels", entries);
      expect(new Set(ids).size).toBe(entries.length);
      const asked = [ids[2_400], ids[0], ids[2_400]] as Id<"labels">[];
      const found = await db.getMany(asked);
      expect(found.map((label) => label?.name)).toEqual(["label 2400", "label 0", "label 2400"]);
      expect(found[0]).not.toBe(found[2]);
      await db.delete(ids[0] as Id<"labels">);
      expect(await db.getMany("labels", asked.slice(1, 2))).toEqual([null]);
      expect(await db.getMany([])).toEqual([]);
    });
  });

  test("a handler can catch a violated unique index, and go on", async () => {
    const count = await database.mutate(async (db) => {
      const again = db.insert("users", user("ada@example.com"));
      await expect(again).rejects.toEqual(
        expect.objectContaining({
          code: "unique-violation",
          message: expect.stringContaining('"by_email"'),
        }),
      );
      await db.insert("users", user("grace@example.com"));
      return await db.query("users").count();
    });
    expect(count).toBe(2);
  });

  test("nothing of a mutation that throws is written", async () => {
    const failing = database.mutate(async (db) => {
      await db.insert("users", user("nobody@example.com"));
      throw new Error("no");
    });
    await expect(failing).rejects.toThrow("no");
    const found = await database.query((db) =>
      db
        .query("users")
        .withIndex("by_email", (q) => q.eq("email", "nobody@example.com"))
        .unique(),
    );
    expect(found).toBeNull();
  });

  test("a query sees one snapshot, whatever others write", async () => {
    await database.query(async (db) => {
      const before = await db.query("tasks").count();
      await database.mutate((other) => other.insert("tasks", task(100 + before)));
      expect(await db.query("tasks").count()).toBe(before);
    });
  });

  test("plain SQL reads and writes in the same transaction, by parameters", async () => {
    await database.mutate(async (db) => {
      const hostile = "'); drop table users; --";
      const id = await db.insert("users", {
        ...user("sql@example.com"),
        profile: { displayName: hostile, pronouns: null },
      });
      const found = await db.sql<{ id: string }>`
        select id from users where doc->'profile'->>'displayName' = ${hostile}`;
      expect(found).toEqual([{ id }]);
      await db.sql`update users set doc = jsonb_set(doc, '{isSuspended}', 'true') where id = ${id}`;
      expect(await db.get(id)).toMatchObject({ isSuspended: true });
    });
    const writing = database.query((db) => db.sql`delete from users`);
    await expect(writing).rejects.toEqual(expect.objectContaining({ code: "write-in-query" }));
  });

  test("a plain insert in SQL gets an id of its table, and is a document", async () => {
    const id = await withClient(database.url, async (client) => {
      const { rows } = await client.query<{ id: Id<"labels"> }>(
        "insert into labels (doc) values ($1) returning id",
        [JSON.stringify({ workspaceId, name: "from psql", color: "#ffffff" })],
      );
      return rows[0]?.id as Id<"labels">;
    });
    const found = await database.query((db) => db.get("labels", id));
    expect(found).toMatchObject({ _id: id, name: "from psql" });
    expect(Math.abs(Date.now() - (found?._creationTime ?? 0))).toBeLessThan(60_000);
  });
});

describe("what cannot be written or read", () => {
  const code = (expected: string) => expect.objectContaining({ code: expected });

  test.each([
    ["a missing field", { name: "x" }, "invalid-document"],
    ["a wrong type", { workspaceId: "x", name: 1, color: "#000000" }, "invalid-document"],
    ["an unknown field", { extra: 1 }, "invalid-document"],
    ["no object", 5, "invalid-document"],
  ])("%s: %j", async (_what, document, expected) => {
    const full =
      typeof document === "object" && "extra" in document
        ? { workspaceId, name: "x", color: "#000000", ...document }
        : document;
    const writing = database.mutate((db) => db.insert("labels", full as never));
    await expect(writing).rejects.toEqual(code(expected));
  });

  test.each(["a\0b", "half \ud83d"])("a text that Postgres cannot keep: %j", async (name) => {
    const writing = database.mutate((db) =>
      db.insert("labels", { workspaceId, name, color: "#000000" }),
    );
    await expect(writing).rejects.toEqual(code("invalid-value"));
    const reading = database.query((db) =>
      db
        .query("labels")
        .withIndex("by_name", (q) => q.eq("workspaceId", workspaceId).eq("name", name))
        .collect(),
    );
    await expect(reading).rejects.toEqual(code("invalid-value"));
  });

  test("a document that is too large, and a key that is too long", async () => {
    const large = database.mutate((db) =>
      db.insert("webhooks", {
        workspaceId,
        url: "https://example.com",
        headers: {},
        lastDelivery: null,
        payloadTemplate: "x".repeat(2 * 1024 * 1024),
      }),
    );
    await expect(large).rejects.toEqual(code("document-too-large"));
    const long = database.mutate((db) =>
      db.insert("labels", { workspaceId, name: "x".repeat(3_000), color: "#000000" }),
    );
    await expect(long).rejects.toEqual(code("index-key-too-long"));
  });

  test("a document nested ten thousand levels deep", async () => {
    let deep: unknown = 1;
    for (let level = 0; level < 10_000; level += 1) deep = [deep];
    const writing = database.mutate((db) =>
      db.insert("webhooks", {
        workspaceId,
        url: "https://example.com",
        headers: {},
        lastDelivery: null,
        payloadTemplate: deep,
      }),
    );
    await expect(writing).rejects.toEqual(code("invalid-value"));
  });

  test("ids that are none, or of another table", async () => {
    await database.query(async (db) => {
      for (const id of ["", "x", "'; drop table users; --", `${userId}0`, userId.toUpperCase()]) {
        await expect(db.get(id as Id<"users">)).rejects.toEqual(code("invalid-id"));
        await expect(db.get("users", id as Id<"users">)).rejects.toEqual(code("invalid-id"));
      }
      const wrong = userId as string as Id<"tasks">;
      await expect(db.get("tasks", wrong)).rejects.toEqual(code("wrong-table-id"));
      await expect(db.getMany("tasks", [wrong])).rejects.toEqual(code("wrong-table-id"));
    });
    const writing = database.mutate((db) =>
      db.insert("tasks", { ...task(900), projectId: userId as string as Id<"projects"> }),
    );
    await expect(writing).rejects.toEqual(code("wrong-table-id"));
  });

  test("tables, indexes and fields that there are not", async () => {
    await database.query(async (db) => {
      const hostile = 'users"; drop table users; --' as "users";
      expect(() => db.query(hostile)).toThrow(code("unknown-table"));
      expect(() => db.query("users").withIndex("by_emial" as "by_email")).toThrow(
        code("unknown-index"),
      );
      expect(() => db.query("users").order("desc", "nope" as "email")).toThrow(
        code("unknown-field"),
      );
      const filtering = db
        .query("users")
        .filter((q) => q.eq(q.field("nope" as "email"), "x"))
        .collect();
      await expect(filtering).rejects.toEqual(code("unknown-field"));
      await expect(db.query("users").take(-1)).rejects.toEqual(code("invalid-query"));
      const paging = db.query("users").paginate({ cursor: "garbage", numItems: 5 });
      await expect(paging).rejects.toEqual(code("invalid-cursor"));
    });
  });

  test("two documents where there should be one", async () => {
    const reading = database.query((db) => db.query("users").unique());
    await expect(reading).rejects.toEqual(code("not-unique"));
  });
});
