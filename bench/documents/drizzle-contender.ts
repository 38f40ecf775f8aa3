import { desc, eq, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/node-postgres";
import { jsonb, type PgDatabase, type PgQueryResultHKT, pgTable, uuid } from "drizzle-orm/pg-core";
import type { Id } from "../../protocol/id.js";
import type { Contender, Operations } from "./contender.js";
import type { BenchDatabase } from "./database.js";
import { plainPool } from "./plain-pool.js";
import type { Project } from "./schema.js";

const name = "drizzle";

/** The table as `_generated/drizzle.ts` would have it. */
const projects = pgTable("projects", {
  _id: uuid("id").$type<Id<"projects">>().primaryKey(),
  doc: jsonb("doc").$type<Project>().notNull(),
});

/** The same tables through Drizzle's builder. */
export function drizzleContender({ url, model, newId }: BenchDatabase): Contender {
  const pool = plainPool(url, name);
  const database = drizzle({ client: pool });
  const { number } = model.table("projects").storage;
  return {
    name,
    transaction: (access, work) =>
      database.transaction(
        (transaction) => work(operationsOn(transaction, () => newId(number) as Id<"projects">)),
        access === "read"
          ? { isolationLevel: "repeatable read", accessMode: "read only" }
          : { isolationLevel: "serializable" },
      ),
    [Symbol.asyncDispose]: () => pool.end(),
  };
}

function operationsOn(db: PgDatabase<PgQueryResultHKT>, newId: () => Id<"projects">): Operations {
  const { _id, doc } = projects;
  return {
    async get(id) {
      const [row] = await db.select().from(projects).where(eq(_id, id));
      return row ?? null;
    },
    latest: (userId) =>
      db
        .select()
        .from(projects)
        .where(sql`((${doc}->>'userId')::uuid) = ${userId}`)
        .orderBy(sql`((${doc}->>'createdAt')::float8) desc nulls last`, desc(_id))
        .limit(20),
    async insert(project) {
      const id = newId();
      await db.insert(projects).values({ _id: id, doc: project });
      return id;
    },
    async patch(id, fields) {
      const [row] = await db.select().from(projects).where(eq(_id, id));
      if (row === undefined) throw new Error("There is no such project.");
      const merged = { ...row.doc, ...fields };
      await db.update(projects).set({ doc: merged }).where(eq(_id, id));
      return { ...row, doc: merged };
    },
  };
}
