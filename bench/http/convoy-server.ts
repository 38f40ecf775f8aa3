/** The endpoints as functions of Convoy, on the server that `convoy-serve` starts. */
import { z } from "zod";
import { loadSchema, manifest } from "../documents/schema.js";
import { builtServer } from "../support/built-server.js";
import { announce } from "./server-process.js";

const { createApp, createFunctionBuilders, createLog, defineRef, listen, openBackend } =
  builtServer;

// oxlint-disable-next-line typescript/no-explicit-any -- what the types would catch is not measured
type Model = any;
const { query, mutation } = createFunctionBuilders<Model>();
const schema = await loadSchema();

const functions = {
  "projects.get": query({
    args: { id: defineRef("projects") },
    handler: (ctx, { id }) => ctx.db.get(id),
  }),
  "projects.latest": query({
    args: { userId: defineRef("users") },
    handler: (ctx, { userId }) =>
      ctx.db
        .query("projects")
        .withIndex("by_userId", (q) => q.eq("userId", userId))
        .order("desc")
        .take(20),
  }),
  "projects.insert": mutation({
    args: {
      userId: defineRef("users"),
      name: z.string(),
      status: z.enum(["planning", "active", "done"]),
      description: z.string().optional(),
      priority: z.number(),
      isArchived: z.boolean(),
      tags: z.array(z.string()),
      createdAt: z.number(),
    },
    handler: (ctx, args) => ctx.db.insert("projects", args),
  }),
};

const backend = await openBackend({
  databaseUrl: process.env["DATABASE_URL"] ?? "",
  code: { manifest, functions, schema },
});
// A line for each call, as in production.
const app = createApp({ backend, log: createLog({ level: "info" }) });
const listening = await listen(app, { port: 0, host: "127.0.0.1" });
announce(Number(new URL(listening.url).port));
