import { expectTypeOf, test } from "vitest";
import { z } from "zod";
import { defineRef, defineSchema, defineTable, type Id } from "../../runtime/index.js";

const place = z.object({ city: z.string(), zip: z.string().optional() });

test("a table knows its documents, and what an insert may leave out", () => {
  const table = defineTable({
    name: z.string(),
    status: z.enum(["open", "done"]).default("open"),
    place: place.nullable(),
  });
  expectTypeOf(table["~doc"]).toEqualTypeOf<{
    name: string;
    status: "open" | "done";
    place: { city: string; zip?: string | undefined } | null;
  }>();
  expectTypeOf<(typeof table)["~input"]["status"]>().toEqualTypeOf<"open" | "done" | undefined>();
});

test("a table can be a z.object, or a union that stays one", () => {
  const fromObject = defineTable(z.object({ name: z.string() }));
  expectTypeOf(fromObject["~doc"]).toEqualTypeOf<{ name: string }>();

  const fromUnion = defineTable(
    z.discriminatedUnion("kind", [
      z.object({ kind: z.literal("a"), size: z.bigint() }),
      z.object({ kind: z.literal("b"), on: z.date() }),
    ]),
  );
  expectTypeOf(fromUnion["~doc"]).toEqualTypeOf<
    { kind: "a"; size: bigint } | { kind: "b"; on: Date }
  >();
  fromUnion.index("by_size", ["size"]).index("by_kind_on", ["kind", "on"]);
});

test("a table is nothing but an object, or several", () => {
  // @ts-expect-error a document has fields
  defineTable(z.string());
  // @ts-expect-error the members of a union are objects
  defineTable(z.union([z.object({ a: z.string() }), z.number()]));
});

test("an index lists fields of the table, or paths below them", () => {
  const table = defineTable({ name: z.string(), place });
  const indexed = table.index("by_place", ["place.city", "name"]).unique("by_name", ["name"]);
  expectTypeOf(indexed["~indexes"]).toExtend<{
    by_place: { fields: readonly ["place.city", "name"]; unique: false };
    by_name: { fields: readonly ["name"]; unique: true };
  }>();

  // @ts-expect-error there is no field "nam"
  table.index("by_name", ["nam"]);
  // @ts-expect-error nor below it
  table.index("by_city", ["places.city"]);
  // @ts-expect-error nor for a unique index
  table.unique("by_name", ["name", "nam"]);
  // @ts-expect-error nor to promote
  table.promote(["nam"]);
});

test("promotion says which fields, and keeps the documents", () => {
  const table = defineTable({ name: z.string(), place });
  const promoted = table.promote(["name"]).promote(["place"]);
  expectTypeOf(promoted["~promoted"]).toEqualTypeOf<"name" | "place">();
  expectTypeOf(promoted.relational()["~relational"]).toEqualTypeOf<true>();
  expectTypeOf(promoted["~doc"]).toEqualTypeOf(table["~doc"]);
});

test("a helper can add fields and an index to any shape", () => {
  const stamps = { updatedAt: z.number() };
  function stampedTable<const Shape extends z.ZodRawShape>(shape: Shape) {
    return defineTable({ ...shape, ...stamps }).index("by_updatedAt", ["updatedAt"]);
  }
  const table = stampedTable({ name: z.string() }).index("by_name", ["name", "updatedAt"]);
  expectTypeOf(table["~doc"]).toEqualTypeOf<{ name: string; updatedAt: number }>();
  expectTypeOf(table["~indexes"]).toExtend<{ by_updatedAt: { fields: readonly ["updatedAt"] } }>();
  // @ts-expect-error the names are still checked
  table.index("by_title", ["title"]);
});

test("a ref is an id, and composes", () => {
  const shape = z.object({
    one: defineRef("users"),
    optional: defineRef("users", { onDelete: "set null" }).optional(),
    nullable: defineRef("users").nullable(),
    many: z.array(defineRef("users")),
    keyed: z.record(z.string(), defineRef("users")),
  });
  type User = Id<"users">;
  expectTypeOf<z.output<typeof shape>>().toEqualTypeOf<{
    one: User;
    optional?: User | undefined;
    nullable: User | null;
    many: User[];
    keyed: Record<string, User>;
  }>();
  // @ts-expect-error there is no such reaction
  defineRef("users", { onDelete: "ignore" });
});

test("ids of different tables are different types, and all are strings", () => {
  expectTypeOf<Id<"users">>().toExtend<string>();
  expectTypeOf<string>().not.toExtend<Id<"users">>();
  expectTypeOf<Id<"users">>().not.toExtend<Id<"tasks">>();
});

test("a schema keeps its tables", () => {
  const users = defineTable({ name: z.string() }).index("by_name", ["name"]);
  expectTypeOf(defineSchema({ users }).tables.users).toEqualTypeOf(users);
  // @ts-expect-error a table has to be defined
  defineSchema({ users: { name: z.string() } });
});
