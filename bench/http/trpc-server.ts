/** The endpoints as many people write them today: tRPC in Express, Drizzle on a table of columns. */
import type { AddressInfo } from "node:net";
import { initTRPC } from "@trpc/server";
import { createExpressMiddleware } from "@trpc/server/adapters/express";
import { desc, eq } from "drizzle-orm";
import { drizzle } from "drizzle-orm/node-postgres";
import { boolean, doublePrecision, pgTable, text, uuid } from "drizzle-orm/pg-core";
import express from "express";
import { Pool } from "pg";
import { z } from "zod";
import { announce } from "./server-process.js";

const statuses = ["planning", "active", "done"] as const;

const projects = pgTable("relational_projects", {
  id: uuid()
    .primaryKey()
    .$defaultFn(() => crypto.randomUUID()),
  userId: uuid().notNull(),
  name: text().notNull(),
  status: text({ enum: statuses }).notNull(),
  description: text(),
  priority: doublePrecision().notNull(),
  isArchived: boolean().notNull(),
  tags: text().array().notNull(),
  createdAt: doublePrecision().notNull(),
});

const pool = new Pool({ connectionString: process.env["DATABASE_URL"], max: 10 });
const database = drizzle({ client: pool });

const { router, procedure } = initTRPC.create();
const api = router({
  get: procedure.input(z.object({ id: z.uuid() })).query(async ({ input }) => {
    const [found] = await database.select().from(projects).where(eq(projects.id, input.id));
    return found ?? null;
  }),
  latest: procedure
    .input(z.object({ userId: z.uuid() }))
    .query(({ input }) =>
      database
        .select()
        .from(projects)
        .where(eq(projects.userId, input.userId))
        .orderBy(desc(projects.createdAt), desc(projects.id))
        .limit(20),
    ),
  insert: procedure
    .input(
      z.object({
        userId: z.uuid(),
        name: z.string(),
        status: z.enum(statuses),
        description: z.string().optional(),
        priority: z.number(),
        isArchived: z.boolean(),
        tags: z.array(z.string()),
        createdAt: z.number(),
      }),
    )
    .mutation(async ({ input }) => {
      const [inserted] = await database
        .insert(projects)
        .values(input)
        .returning({ id: projects.id });
      return inserted?.id;
    }),
});

const app = express();
app.use("/trpc", createExpressMiddleware({ router: api }));
const server = app.listen(0, "127.0.0.1", () => {
  announce((server.address() as AddressInfo).port);
});
// As Convoy's: a connection waits while the others have their turns.
server.keepAliveTimeout = 65_000;
