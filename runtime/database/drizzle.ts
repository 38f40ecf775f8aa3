import type { PgDatabase, PgQueryResultHKT } from "drizzle-orm/pg-core";

/** Drizzle on the transaction of the function, for reading with the generated tables. */
export type DrizzleReader = Pick<
  PgDatabase<PgQueryResultHKT>,
  "select" | "selectDistinct" | "selectDistinctOn" | "with" | "$with" | "$count"
>;

/** Drizzle on the transaction of the mutation. */
export type DrizzleWriter = DrizzleReader &
  Pick<PgDatabase<PgQueryResultHKT>, "insert" | "update" | "delete" | "execute">;
