import { z } from "zod";
import type { Manifest } from "../../../../compiler/model/manifest.js";
import type { Id } from "../../../../protocol/id.js";
import { createFunctionBuilders } from "../../../../runtime/functions/builder.js";
import type { FunctionRegistry } from "../../../../runtime/functions/run/registry.js";
import { defineSchema } from "../../../../runtime/schema/schema.js";
import { defineTable } from "../../../../runtime/schema/table.js";
import type { ProjectCode } from "../../../../runtime/server/backend.js";
import { index, manifest, number, table, text } from "../../../postgres/plan/manifests.js";

type Document<Name extends string, Fields> = {
  document: { _id: Id<Name>; _creationTime: number } & Fields;
  insert: Fields;
  fields: { _id: Id<Name>; _creationTime: number } & Fields;
};

type MarksModel = {
  marks: Document<"marks", { client: string; n: number }> & {
    indexes: { by_client: ["client", "n"] };
  };
  totals: Document<"totals", { client: string; count: number }> & {
    indexes: { by_client: ["client"] };
  };
};

const schema = defineSchema({
  // Not unique: a mutation that is applied twice is to be seen.
  marks: defineTable({ client: z.string(), n: z.number() }).index("by_client", ["client", "n"]),
  totals: defineTable({ client: z.string(), count: z.number() }).index("by_client", ["client"]),
});

export const marksManifest: Manifest = manifest([
  table("marks", { client: text, n: number }, { indexes: [index("by_client", "client", "n")] }),
  table("totals", { client: text, count: number }, { indexes: [index("by_client", "client")] }),
]);

const { query, mutation } = createFunctionBuilders<MarksModel>();
const ofClient = { client: z.string() };

/**
 * Each client makes marks, 1, 2, 3 and so on, and another table counts them. So everybody can tell
 * from any two results whether they are of one snapshot, and whether one is older than the last.
 */
const functions: FunctionRegistry = {
  "marks.add": mutation({
    args: { client: z.string(), n: z.number() },
    handler: async (ctx, { client, n }) => {
      await ctx.db.insert("marks", { client, n });
      const total = await ctx.db
        .query("totals")
        .withIndex("by_client", (q) => q.eq("client", client))
        .first();
      if (total === null) await ctx.db.insert("totals", { client, count: 1 });
      else await ctx.db.patch("totals", total._id, { count: total.count + 1 });
    },
  }),
  "marks.count": query({ handler: (ctx) => ctx.db.query("marks").count() }),
  "marks.of": query({
    args: ofClient,
    handler: (ctx, { client }) =>
      ctx.db
        .query("marks")
        .withIndex("by_client", (q) => q.eq("client", client))
        .collect(),
  }),
  "totals.sum": query({
    handler: async (ctx) => {
      const totals = await ctx.db.query("totals").collect();
      return totals.reduce((sum, { count }) => sum + count, 0);
    },
  }),
  "totals.of": query({
    args: ofClient,
    handler: async (ctx, { client }) => {
      const total = await ctx.db
        .query("totals")
        .withIndex("by_client", (q) => q.eq("client", client))
        .first();
      return total?.count ?? 0;
    },
  }),
  /** Waits for whoever has locked the table `gate`: a tick that runs it can be held. */
  "gate.pass": query({
    args: { times: z.number() },
    handler: async (ctx) => {
      const rows = await ctx.db.sql<{ n: number }>`select count(*)::int as n from gate`;
      return rows[0]?.n;
    },
  }),
  /** More than a socket takes by itself. */
  "marks.large": query({
    args: { kilobytes: z.number() },
    handler: async (ctx, { kilobytes }) => [
      await ctx.db.query("marks").count(),
      "x".repeat(kilobytes * 1024),
    ],
  }),
};

export function marksProject(): ProjectCode {
  const listed = Object.entries(functions).map(([path, { kind, visibility }]) => ({
    path,
    kind,
    visibility,
  }));
  return { schema, functions, manifest: { ...marksManifest, functions: listed } };
}
