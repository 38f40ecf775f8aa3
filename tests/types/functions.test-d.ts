import { expectTypeOf, test } from "vitest";
import { z } from "zod";
import { type ArgsOf, type ArgsTuple, createApi, type ResultOf } from "../../client/index.js";
import { defineRef, type Id } from "../../runtime/index.js";
import {
  createFunctionBuilders,
  type FunctionReference,
  type GenericMutationCtx,
  type GenericQueryCtx,
  type ReferenceTo,
} from "../../runtime/server.js";
import type { Model } from "./data-model.js";

const { query, mutation, action, internalQuery } = createFunctionBuilders<Model>();

test("a handler sees its arguments after defaults, a caller before them", () => {
  const list = query({
    args: { ownerId: defineRef("users"), limit: z.int().default(10), note: z.string().optional() },
    handler: async (ctx, args) => {
      expectTypeOf(ctx).toEqualTypeOf<GenericQueryCtx<Model>>();
      expectTypeOf(args).toEqualTypeOf<{
        ownerId: Id<"users">;
        limit: number;
        note?: string | undefined;
      }>();
      return args.limit;
    },
  });
  type List = ReferenceTo<typeof list>;
  expectTypeOf<ArgsOf<List>>().toEqualTypeOf<{
    ownerId: Id<"users">;
    limit?: number | undefined;
    note?: string | undefined;
  }>();
  expectTypeOf<ResultOf<List>>().toEqualTypeOf<number>();
});

test("arguments can be a z.object", () => {
  const rename = mutation({
    args: z.object({ id: defineRef("tasks"), title: z.string() }),
    handler: async (ctx, { id, title }) => {
      expectTypeOf(ctx).toEqualTypeOf<GenericMutationCtx<Model>>();
      expectTypeOf(id).toEqualTypeOf<Id<"tasks">>();
      return title;
    },
  });
  expectTypeOf(rename["~args"]).toEqualTypeOf<{ id: Id<"tasks">; title: string }>();
});

test("arguments are a shape, or a z.object, and nothing else", () => {
  // @ts-expect-error a string has no named arguments
  query({ args: z.string(), handler: () => null });
  // @ts-expect-error every argument has a zod type
  query({ args: { name: "string" }, handler: () => null });
});

test("a result is what the handler returns, without the promise", () => {
  const sync = query({ handler: () => ({ a: 1 }) });
  const async = query({ handler: async () => ({ a: 1 }) });
  expectTypeOf(sync["~result"]).toEqualTypeOf<{ a: number }>();
  expectTypeOf(async["~result"]).toEqualTypeOf<{ a: number }>();
});

test("returns names the result, and the handler has to give it", () => {
  const total = query({
    returns: z.object({ total: z.number(), at: z.date().optional() }),
    handler: async () => ({ total: 1 }),
  });
  expectTypeOf(total["~result"]).toEqualTypeOf<{ total: number; at?: Date | undefined }>();

  query({
    returns: z.object({ total: z.number() }),
    // @ts-expect-error the total is missing
    handler: async () => ({ sum: 1 }),
  });
});

test("a function knows its kind and its visibility", () => {
  const publicAction = action({ handler: async () => null });
  expectTypeOf<ReferenceTo<typeof publicAction>>().toEqualTypeOf<
    FunctionReference<"action", "public", Record<string, never>, null>
  >();
  const hidden = internalQuery({ handler: async () => 1 });
  expectTypeOf(hidden["~visibility"]).toEqualTypeOf<"internal">();
});

test("arguments may be left out of a call only where none is needed", () => {
  type Reference<Args> = FunctionReference<"query", "public", Args, null>;
  expectTypeOf<ArgsTuple<Reference<{}>>>().toEqualTypeOf<[args?: {}]>();
  expectTypeOf<ArgsTuple<Reference<{ a?: number }>>>().toEqualTypeOf<[args?: { a?: number }]>();
  expectTypeOf<ArgsTuple<Reference<{ a: number }>>>().toEqualTypeOf<[args: { a: number }]>();
});

test("one function calls another by its reference", () => {
  interface Api {
    tasks: {
      count: FunctionReference<"query", "internal", { ownerId: Id<"users"> }, number>;
      touch: FunctionReference<"mutation", "public", {}, boolean>;
      send: FunctionReference<"action", "public", {}, string>;
    };
  }
  const api = createApi<Api>();
  const ownerId = "" as Id<"users">;

  query({
    handler: async (ctx) => {
      expectTypeOf(await ctx.runQuery(api.tasks.count, { ownerId })).toEqualTypeOf<number>();
      // @ts-expect-error the owner is missing
      await ctx.runQuery(api.tasks.count, {});
      // @ts-expect-error nor may all arguments be left out
      await ctx.runQuery(api.tasks.count);
      // @ts-expect-error unknown arguments are refused
      await ctx.runQuery(api.tasks.count, { ownerId, limit: 1 });
      // @ts-expect-error a query runs no mutation
      await ctx.runQuery(api.tasks.touch);
      // @ts-expect-error and has nothing to run one with
      await ctx.runMutation(api.tasks.touch);
    },
  });
  mutation({
    handler: async (ctx) => {
      expectTypeOf(await ctx.runMutation(api.tasks.touch)).toEqualTypeOf<boolean>();
      // @ts-expect-error a transaction cannot wait for the world outside
      await ctx.runAction(api.tasks.send);
    },
  });
  action({
    handler: async (ctx) => {
      expectTypeOf(await ctx.runAction(api.tasks.send)).toEqualTypeOf<string>();
      // @ts-expect-error an action reads through queries
      await ctx.db.query("tasks");
    },
  });
});
