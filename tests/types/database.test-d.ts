import { expectTypeOf, test } from "vitest";
import type { Id } from "../../runtime/index.js";
import type {
  GenericDatabaseReader,
  GenericDatabaseWriter,
  PaginationResult,
  PatchOf,
} from "../../runtime/server.js";
import type { Model, TasksDocument } from "./data-model.js";

declare const reader: GenericDatabaseReader<Model>;
declare const db: GenericDatabaseWriter<Model>;
declare const taskId: Id<"tasks">;
declare const userId: Id<"users">;

test("an id names its table", () => {
  expectTypeOf(reader.get(taskId)).resolves.toEqualTypeOf<TasksDocument | null>();
  expectTypeOf(reader.get("tasks", taskId)).resolves.toEqualTypeOf<TasksDocument | null>();
  expectTypeOf(reader.getMany([taskId])).resolves.toEqualTypeOf<(TasksDocument | null)[]>();
  // @ts-expect-error a string is no id
  void reader.get("tasks", "0198");
  // @ts-expect-error an id of another table
  void reader.get("events", taskId);
  // @ts-expect-error there is no table of users in this model
  void reader.get(userId);
  // @ts-expect-error nor one of this name
  reader.query("task");
});

test("a reader has no way to write", () => {
  // @ts-expect-error queries only read
  void reader.insert("tasks", { title: "", dueAt: null });
});

test("a query gives documents", () => {
  const tasks = reader.query("tasks");
  expectTypeOf(tasks.collect()).resolves.toEqualTypeOf<TasksDocument[]>();
  expectTypeOf(tasks.first()).resolves.toEqualTypeOf<TasksDocument | null>();
  expectTypeOf(tasks.count()).resolves.toEqualTypeOf<number>();
  expectTypeOf(tasks.paginate({ cursor: null, numItems: 10 })).resolves.toEqualTypeOf<
    PaginationResult<TasksDocument>
  >();
  expectTypeOf(tasks).toExtend<AsyncIterable<TasksDocument>>();
});

test("an index range follows the order of the index", () => {
  const tasks = reader.query("tasks");
  const now = new Date();
  tasks.withIndex("by_status");
  tasks.withIndex("by_status", (q) => q);
  tasks.withIndex("by_status", (q) => q.eq("status", "open").eq("dueAt", null).eq("title", "a"));
  tasks.withIndex("by_status", (q) => q.eq("status", "open").gte("dueAt", now).lt("dueAt", now));
  tasks.withIndex("by_status", (q) => q.lt("status", "open").gt("status", "done"));
  tasks.withIndex("by_place", (q) => q.eq("place.city", "Leeds"));

  // @ts-expect-error there is no such index
  tasks.withIndex("by_title");
  // @ts-expect-error the status comes first
  tasks.withIndex("by_status", (q) => q.eq("dueAt", null));
  // @ts-expect-error nothing follows a range but its other bound
  tasks.withIndex("by_status", (q) => q.gt("status", "done").eq("dueAt", null));
  // @ts-expect-error on the same field
  tasks.withIndex("by_status", (q) => q.gt("status", "done").lt("dueAt", now));
  // @ts-expect-error two lower bounds
  tasks.withIndex("by_status", (q) => q.gt("status", "done").gte("status", "done"));
  // @ts-expect-error no field is left
  tasks.withIndex("by_place", (q) => q.eq("place.city", "Leeds").eq("title", "a"));
  // @ts-expect-error no such status
  tasks.withIndex("by_status", (q) => q.eq("status", "late"));
  // @ts-expect-error one index a query
  tasks.withIndex("by_status").withIndex("by_place");
});

test("order takes a field of the table", () => {
  const tasks = reader.query("tasks");
  tasks.order("desc");
  tasks.order("asc", "dueAt");
  tasks.order("desc", "place.city");
  // @ts-expect-error no such field
  tasks.order("asc", "due");
  // @ts-expect-error no such direction
  tasks.order("down");
});

test("a filter compares fields with values of their type", () => {
  const tasks = reader.query("tasks");
  tasks.filter((q) => q.eq(q.field("status"), "done"));
  tasks.filter((q) =>
    q.or(q.eq(q.field("dueAt"), null), q.not(q.gt(q.field("dueAt"), new Date()))),
  );
  tasks.filter((q) => q.eq(q.field("note"), undefined));
  tasks.filter((q) => q.lt(q.field("_creationTime"), 5));
  // @ts-expect-error no such field
  tasks.filter((q) => q.eq(q.field("stat"), "done"));
  // @ts-expect-error no such status
  tasks.filter((q) => q.eq(q.field("status"), "late"));
  // @ts-expect-error a time is no string
  tasks.filter((q) => q.gt(q.field("dueAt"), "2026-01-01"));
  // @ts-expect-error a field alone is no condition
  tasks.filter((q) => q.field("status"));
});

test("an insert gives an id, and may leave out what has a default", () => {
  expectTypeOf(db.insert("tasks", { title: "a", dueAt: null })).resolves.toEqualTypeOf<
    Id<"tasks">
  >();
  expectTypeOf(db.insertMany("tasks", [])).resolves.toEqualTypeOf<Id<"tasks">[]>();
  // @ts-expect-error the title is missing
  void db.insert("tasks", { dueAt: null });
  // @ts-expect-error no such field
  void db.insert("tasks", { title: "a", dueAt: null, due: null });
  // @ts-expect-error system fields are not set by hand
  void db.insert("tasks", { title: "a", dueAt: null, _id: taskId });
});

test("an insert into a table of several shapes takes one of them", () => {
  void db.insert("events", { kind: "created", by: userId });
  void db.insert("events", { kind: "moved", to: "here" });
  // @ts-expect-error "to" belongs to the other kind
  void db.insert("events", { kind: "created", by: userId, to: "here" });
});

test("a patch sets some fields, and removes optional ones only", () => {
  expectTypeOf(db.patch(taskId, { title: "b" })).resolves.toEqualTypeOf<TasksDocument>();
  void db.patch("tasks", taskId, { note: undefined, dueAt: null });
  // @ts-expect-error a title is needed
  void db.patch(taskId, { title: undefined });
  // @ts-expect-error no such field
  void db.patch(taskId, { due: null });
  // @ts-expect-error system fields stay
  void db.patch(taskId, { _creationTime: 0 });
  expectTypeOf<PatchOf<Model["events"]["document"]>>().toEqualTypeOf<
    | { kind?: "created"; by?: Id<"users"> }
    | { kind?: "moved"; to?: string; reason?: string | undefined }
  >();
});

test("a replacement is a whole document", () => {
  expectTypeOf(
    db.replace(taskId, { title: "b", dueAt: null }),
  ).resolves.toEqualTypeOf<TasksDocument>();
  // @ts-expect-error the title is missing
  void db.replace(taskId, { dueAt: null });
});

test("sql gives rows of the type that is asked for", () => {
  expectTypeOf(reader.sql<{ total: number }>`select 1 as total`).resolves.toEqualTypeOf<
    { total: number }[]
  >();
  // @ts-expect-error text is never a value
  void reader.sql("select 1");
});
