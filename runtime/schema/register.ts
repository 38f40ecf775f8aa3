/**
 * Filled in by the generated `_generated/server.ts`, so that `defineRef("userz")` is a plain
 * type error with completions in every editor. Never write to it by hand.
 */
export interface Register {}

/** The table names of the project, or any string before its code has been generated. */
export type RegisteredTableNames = Register extends { tableNames: infer Names extends string }
  ? Names
  : string;
