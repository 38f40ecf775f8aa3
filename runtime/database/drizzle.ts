/**
 * Filled in by the generated `_generated/drizzle.ts`, which is there when `drizzle-orm` is
 * installed: without it, no project pays for checking Drizzle's types.
 */
export interface DrizzleRegister {}

/** A type that says what is missing where the value is used. */
interface NotInstalled {
  readonly "~error": "Install drizzle-orm and run `convoy codegen` to use ctx.drizzle.";
}

type Database = DrizzleRegister extends { database: infer Registered } ? Registered : NotInstalled;

type Reading = "select" | "selectDistinct" | "selectDistinctOn" | "with" | "$with" | "$count";
type Writing = Reading | "insert" | "update" | "delete" | "execute";

/** Drizzle on the snapshot of the query, for the generated tables. */
export type DrizzleReader = Pick<Database, Extract<keyof Database, Reading | "~error">>;

/** Drizzle on the transaction of the mutation. */
export type DrizzleWriter = Pick<Database, Extract<keyof Database, Writing | "~error">>;
