import ts from "typescript";
import { describe, expect, test } from "vitest";
import { type FileSyntax, fileSyntax } from "../../compiler/syntax/file-syntax.js";

const imports = `import { mutation, query } from "../_generated/server";
import type { DatabaseReader as Reader, MutationCtx, QueryCtx } from "../_generated/server";
import * as server from "../_generated/server";
`;

function read(text: string, header = imports): FileSyntax {
  const file = ts.createSourceFile(
    "/p/convoy/functions/a.ts",
    header + text,
    ts.ScriptTarget.Latest,
  );
  return fileSyntax(ts, file);
}

/** The tables that the file's queries name. */
function tables(text: string, header = imports): (string | null)[] {
  return read(text, header).queries.map((chain) => chain.table.name);
}

describe("a database is found", () => {
  test.each([
    ["as ctx.db", `query({ handler: (ctx) => ctx.db.query("a").first() })`],
    ["whatever the context is called", `query({ handler: (c) => c.db.query("a").first() })`],
    ["in a method", `query({ async handler(ctx) { return ctx.db.query("a").first(); } })`],
    [
      "in a function expression",
      `query({ handler: function (ctx) { return ctx.db.query("a"); } })`,
    ],
    ["taken apart in the parameter", `query({ handler: ({ db }) => db.query("a").first() })`],
    ["renamed in the parameter", `query({ handler: ({ db: d }) => d.query("a").first() })`],
    ["in a constant", `query({ handler: (ctx) => { const d = ctx.db; return d.query("a"); } })`],
    [
      "taken apart in a constant",
      `query({ handler: (ctx) => { const { db } = ctx; db.query("a"); } })`,
    ],
    [
      "in a nested function",
      `query({ handler: (ctx) => [1].map(() => ctx.db.query("a").first()) })`,
    ],
    ["through a namespace", `server.query({ handler: (ctx) => ctx.db.query("a").first() })`],
    [
      "through a builder's alias",
      `const q = query; q({ handler: (ctx) => ctx.db.query("a").first() })`,
    ],
    ["by an annotation", `function f(ctx: QueryCtx) { return ctx.db.query("a").first(); }`],
    ["by the annotation of a database", `const f = (db: Reader) => db.query("a").first();`],
    ["by a member's type", `const f = (db: QueryCtx["db"]) => db.query("a").first();`],
    ["by a qualified type", `const f = (ctx: server.QueryCtx) => ctx.db.query("a").first();`],
    [
      "by a local alias",
      `type C = MutationCtx & { user: string }; const f = (c: C) => c.db.query("a");`,
    ],
    [
      "by a type that picks it",
      `const f = (ctx: Pick<QueryCtx, "db">) => ctx.db.query("a").first();`,
    ],
    ["in an object type", `const f = (ctx: { db: Reader }) => ctx.db.query("a").first();`],
    ["behind as and !", `query({ handler: (ctx) => (ctx as any)!.db.query("a").first() })`],
  ])("%s", (_, text) => {
    expect(tables(text)).toEqual(["a"]);
  });

  test("as the parameter of a wrapper, for rules to trust or not", () => {
    const [chain] = read(`authed({ handler: (ctx) => ctx.db.query("a").first() })`).queries;
    expect(chain?.database.definition?.builder).toBeNull();
  });
});

describe("what is no database of ours is left alone", () => {
  test.each([
    ["a pool", `pool.query("select 1")`],
    ["a global db", `db.query("a")`],
    ["a parameter without a type", `function f(ctx) { return ctx.db.query("a"); }`],
    ["another's type", `function f(ctx: Context) { return ctx.db.query("a"); }`],
    ["the second parameter", `query({ handler: (ctx, args) => args.db.query("a") })`],
    [
      "a parameter that hides it",
      `query({ handler: (ctx) => [1].map((ctx) => ctx.db.query("a")) })`,
    ],
    [
      "a constant that hides it",
      `query({ handler: (ctx) => { { const ctx = x; ctx.db.query("a"); } } })`,
    ],
    [
      "a var that hides it",
      `query({ handler: (ctx) => () => { if (x) { var ctx = y; } ctx.db.query("a"); } })`,
    ],
    [
      "a caught error",
      `query({ handler: (ctx) => { try {} catch (ctx) { ctx.db.query("a"); } } })`,
    ],
    [
      "a loop's variable",
      `query({ handler: (ctx) => { for (const ctx of xs) ctx.db.query("a"); } })`,
    ],
    [
      "a variable that may change",
      `query({ handler: (ctx) => { let d = ctx.db; d.query("a"); } })`,
    ],
    ["a member of the database", `query({ handler: (ctx) => ctx.db.other.query("a") })`],
  ])("%s", (_, text) => {
    expect(tables(text)).toEqual([]);
  });

  test("a builder of the same name from elsewhere", () => {
    const { queries } = read(
      `query({ handler: (ctx) => ctx.db.query("a").first() })`,
      `import { query } from "their-server";\n`,
    );
    expect(queries.map((chain) => chain.database.definition?.builder)).toEqual([null]);
  });
});

test("a chain is read step by step", () => {
  const { queries } = read(`query({ handler: (ctx) => ctx.db.query("a")
    .withIndex("by_x", (q) => q.eq("x", 1).gt("y", 2))
    .filter((q) => q.and(q.eq(q.field("z"), 3), q.lt(4, q.field("w")), q.or(q.eq(q.field("v"), 5))))
    .order("desc", "y")
    .take(5) })`);
  const [chain] = queries;
  expect(queries).toHaveLength(1);
  expect(chain?.index?.index.name).toBe("by_x");
  expect(chain?.index?.steps?.map((step) => [step.operator, step.field.name])).toEqual([
    ["eq", "x"],
    ["gt", "y"],
  ]);
  const conditions = chain?.filters.flatMap((filter) => filter.conditions) ?? [];
  expect(conditions.map(({ operator, field }) => [operator, field.name])).toEqual([
    ["eq", "z"],
    ["gt", "w"],
  ]);
  expect(chain?.orders.map(({ direction, field }) => [direction, field?.name])).toEqual([
    ["desc", "y"],
  ]);
  expect(chain?.terminal?.name).toBe("take");
});

test("a chain is followed through constants, and not through what may change", () => {
  const followed = read(`query({ handler: async (ctx) => {
    const start = ctx.db.query("a");
    const sorted = start.order("asc");
    let other = ctx.db.query("b");
    if (x) other = other.order("desc");
    return [await sorted.collect(), await other.collect()];
  } })`).queries.filter((chain) => chain.terminal !== null);
  expect(followed.map((chain) => [chain.table.name, chain.orders.length])).toEqual([["a", 1]]);
});

test("a constant that is made from itself ends the reading", () => {
  expect(
    tables(`query({ handler: (ctx) => { const q = q.order("asc"); return q.first(); } })`),
  ).toEqual([]);
});

test("a range that depends on what happens is not guessed", () => {
  const { queries } = read(`query({ handler: (ctx) => ctx.db.query("a")
    .withIndex("by_x", (q) => (ctx.x ? q.eq("x", 1) : q)).collect() })`);
  expect(queries[0]?.index?.steps).toBeNull();
});

test("operations are told apart by their leading table", () => {
  const { operations } = read(`mutation({ handler: async (ctx, { id, t }) => {
    await ctx.db.get(id);
    await ctx.db.get("a", id);
    await ctx.db.patch(id, {});
    await ctx.db.patch(t, id, {});
    await ctx.db.insert("b", {});
    await ctx.db.delete(id);
  } })`);
  expect(operations.map(({ method, table }) => [method, table && table.name])).toEqual([
    ["get", null],
    ["get", "a"],
    ["patch", null],
    ["patch", null],
    ["insert", "b"],
    ["delete", null],
  ]);
});

describe("a promise", () => {
  const fate = (statement: string): (string | undefined)[] =>
    read(`mutation({ handler: async (ctx, { id, ids }) => { ${statement} } })`).promises.map(
      (use) => use.fate.kind,
    );

  test.each([
    ["await ctx.db.delete(id);", "used"],
    ["return ctx.db.delete(id);", "used"],
    ["void ctx.db.delete(id);", "used"],
    ["await Promise.all(ids.map((id) => ctx.db.delete(id)));", "used"],
    ["await limit(ids, (id) => ctx.db.delete(id));", "used"],
    ["work.push(ctx.db.delete(id));", "used"],
    ["const p = ctx.db.delete(id); await p;", "used"],
    ["const x = { p: ctx.db.delete(id) };", "used"],
    ["ctx.db.delete(id);", "dropped"],
    ["(ctx.db.delete(id))!;", "dropped"],
    ["x && ctx.db.delete(id);", "dropped"],
    ["x ?? ctx.db.delete(id);", "dropped"],
    ["ctx.db.delete(id).catch(log);", "dropped"],
    ["await ctx.db.delete(id).catch(log);", "used"],
    ["Promise.all([ctx.db.delete(id)]);", "dropped"],
    ["const p = ctx.db.delete(id);", "unread"],
    ["const p = ctx.db.delete(id); x.p;", "unread"],
    ["if (ctx.db.get(id)) x();", "tested"],
    ["ids.forEach((id) => ctx.db.delete(id));", "for-each"],
    ["ids.forEach(async (id) => { await ctx.db.delete(id); });", "for-each"],
    ["ids.map((id) => ctx.db.delete(id));", "array"],
    ["await ids.map((id) => ctx.db.delete(id));", "array"],
    ["for (const id of ids) await ctx.db.delete(id);", "used"],
  ])("in %s is %s", (statement, expected) => {
    expect(fate(statement)).toEqual([expected]);
  });
});
