import type { TableDefinition } from "./table.js";

/** The tables of a project, by name. */
export interface SchemaDefinition<Tables = Record<string, TableDefinition>> {
  /** In types alone; the compiler reads it. */
  readonly "~tables": Tables;
  readonly tables: Tables;
}

/**
 * Defines a project's schema: the default export of `convoy/schema.ts`.
 *
 * @example
 * export default defineSchema({ users: defineTable({ name: z.string() }) });
 */
export function defineSchema<Tables extends Record<string, TableDefinition>>(
  tables: Tables,
): SchemaDefinition<Tables> {
  return Object.freeze({ tables: Object.freeze({ ...tables }) }) as SchemaDefinition<Tables>;
}
