import { z } from "zod";
import type { FunctionRegistry } from "../../../runtime/functions/run/registry.js";
import { createApi } from "../../../protocol/function-reference.js";
import { builders } from "../../server/support/notes-project.js";

const { mutation, query } = builders;

// oxlint-disable-next-line typescript/no-explicit-any -- the project is not compiled
const api = createApi<any>();

/** Queries of each kind that reads something else, and mutations that write it. */
export const liveFunctions: FunctionRegistry = {
  "notes.all": query({ handler: (ctx) => ctx.db.query("notes").collect() }),
  "notes.between": query({
    args: { from: z.string(), to: z.string() },
    handler: (ctx, { from, to }) =>
      ctx.db
        .query("notes")
        .withIndex("by_title", (q) => q.gte("title", from).lt("title", to))
        .collect(),
  }),
  "notes.firstTitles": query({
    args: { n: z.number() },
    handler: async (ctx, { n }) => {
      const found = await ctx.db.query("notes").withIndex("by_title").take(n);
      return found.map(({ title }) => title);
    },
  }),
  "notes.get": query({
    args: { id: z.string() },
    handler: (ctx, { id }) => ctx.db.get("notes", id as never),
  }),
  "notes.countBySql": query({
    handler: async (ctx) => {
      const rows = await ctx.db.sql<{ n: number }>`select count(*)::int as n from notes`;
      return rows[0]?.n;
    },
  }),
  "notes.shareBySql": query({
    handler: async (ctx) => {
      const rows = await ctx.db.sql<{ n: number }>`select 1000 / count(*)::int as n from notes`;
      return rows[0]?.n;
    },
  }),
  "notes.nested": query({
    handler: async (ctx) => [
      await ctx.runQuery(api.notes.firstTitles, { n: 1 }),
      await ctx.runQuery(api.notes.count),
    ],
  }),
  "notes.failsOn": query({
    args: { title: z.string() },
    handler: async (ctx, { title }) => {
      const found = await ctx.db
        .query("notes")
        .withIndex("by_title", (q) => q.eq("title", title))
        .first();
      if (found !== null) throw new Error("a secret");
      return "fine";
    },
  }),
  "notes.badSql": query({
    args: { broken: z.boolean() },
    handler: (ctx, { broken }) =>
      broken ? ctx.db.sql`select 1 / 0` : ctx.db.query("notes").count(),
  }),
  "notes.rename": mutation({
    args: { id: z.string(), title: z.string() },
    handler: (ctx, { id, title }) => ctx.db.patch("notes", id as never, { title }),
  }),
};
