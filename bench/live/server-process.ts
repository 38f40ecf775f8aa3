/** Convoy's server with live queries, as `convoy-serve` starts it. */
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { loadSchema, manifest } from "../documents/schema.js";
import { builtServer } from "../support/built-server.js";
import { answerAll, now } from "./child.js";
import type { ServerAnswer, ServerCommand } from "./server.js";

const { createApp, createFunctionBuilders, createLog, defineRef, listen, openBackend } =
  builtServer;

// oxlint-disable-next-line typescript/no-explicit-any -- what the types would catch is not measured
type Model = any;
const { query, mutation } = createFunctionBuilders<Model>();

const functions = {
  "projects.latest": query({
    args: { userId: defineRef("users") },
    handler: (ctx, { userId }) =>
      ctx.db
        .query("projects")
        .withIndex("by_userId", (q) => q.eq("userId", userId))
        .order("desc")
        .take(20),
  }),
  "projects.add": mutation({
    args: { userId: defineRef("users"), name: z.string() },
    handler: async (ctx, { userId, name }) => {
      await ctx.db.insert("projects", {
        userId,
        name,
        status: "active",
        description: "added while somebody watches",
        priority: 1,
        isArchived: false,
        tags: ["live"],
        createdAt: Date.now(),
      });
    },
  }),
};

const backend = await openBackend({
  databaseUrl: process.env["DATABASE_URL"] ?? "",
  code: { manifest, functions, schema: await loadSchema() },
  wakes: true,
});
let committedAt = 0;
backend.listen({
  mutated() {
    committedAt = now();
  },
  replaced() {},
});
const app = createApp({ backend, log: createLog({ level: "info" }) });
const { url } = await listen(app, { port: 0, host: "127.0.0.1" });

answerAll<ServerCommand, ServerAnswer>(async ({ collect }) => {
  // What a first pass finds to be garbage may keep other garbage.
  for (let pass = 0; pass < (collect ? 4 : 0); pass++) {
    global.gc?.();
    await sleep(50);
  }
  const { user, system } = process.cpuUsage();
  const { heapUsed, external, rss } = process.memoryUsage();
  const { runs, ticks } = app.live.counts;
  return {
    url,
    committedAt,
    cpuMs: (user + system) / 1e3,
    held: heapUsed + external,
    rss,
    runs,
    ticks,
  };
});
