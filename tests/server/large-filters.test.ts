import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import type { OwnDatabase } from "../../runtime/postgres/embedded/template-database.js";
import { builders } from "./support/notes-project.js";
import { notesDatabase, startTestServer, type TestServer } from "./support/test-server.js";

const { query } = builders;
const n = z.int();

const functions = {
  "notes.among": query({
    args: { n },
    handler: async (ctx, args) =>
      await ctx.db
        .query("notes")
        .filter((q) =>
          q.or(...Array.from({ length: args.n }, (_, at) => q.eq(q.field("title"), `t${at}`))),
        )
        .take(10),
  }),
  "notes.nested": query({
    args: { n },
    handler: async (ctx, args) =>
      await ctx.db
        .query("notes")
        .filter((q) => {
          let condition = q.eq(q.field("title"), "t7");
          for (let level = 0; level < args.n; level += 1) {
            condition = level % 2 === 0 ? q.not(condition) : q.eq(condition, true);
          }
          return condition;
        })
        .count(),
  }),
  "notes.plans": query({
    args: { n },
    handler: async (ctx, args) => {
      const titles = Array.from({ length: args.n }, (_, at) => `t${at}`);
      const found = await ctx.db
        .query("notes")
        .filter((q) => q.or(...titles.map((title) => q.eq(q.field("title"), title))))
        .count();
      const [plans] = await ctx.db.sql<{ longest: number }>`
        select max(length(statement)) as longest from pg_prepared_statements`;
      return { found, longest: plans?.longest };
    },
  }),
};

let database: OwnDatabase;
let server: TestServer;

beforeAll(async () => {
  database = await notesDatabase();
  server = await startTestServer({ databaseUrl: database.url, functions });
  await server.post("/api/mutation/notes.add", { title: "t7" });
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

test("a filter may compare with as many values as Postgres takes, and then says so", async () => {
  const most = await server.post("/api/query/notes.among", { n: 65_534 });
  expect(most.json.value).toHaveLength(1);
  const { json } = await server.post("/api/query/notes.among", { n: 65_535 });
  expect(json).toMatchObject({ code: "filter-too-large", status: 400 });
  expect(json.detail).toContain("65534 values");
});

test("conditions inside one another have a limit that says what to write", async () => {
  const deepest = await server.post("/api/query/notes.nested", { n: 1_000 });
  expect(deepest.json.value).toBe(1);
  for (const levels of [1_001, 100_000]) {
    const { json } = await server.post("/api/query/notes.nested", { n: levels });
    expect(json).toMatchObject({ code: "filter-too-large", status: 400 });
    expect(json.detail).toContain("1000 levels deep");
  }
});

test("a connection keeps no plan of a long statement", async () => {
  const { json } = await server.post("/api/query/notes.plans", { n: 3_000 });
  expect(json.value).toEqual({ found: 1, longest: expect.any(Number) });
  expect((json.value as { longest: number }).longest).toBeLessThan(50_000);
});
