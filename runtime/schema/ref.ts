import { z } from "zod";
import type { Id } from "../../protocol/id.js";
import { isIdOf } from "./id-check.js";
import type { RegisteredTableNames } from "./register.js";

/** What is to become of a document when the document that it refers to is deleted. */
export type OnDelete = "restrict" | "cascade" | "set null";

export interface RefOptions {
  /** Read and checked, and not enforced yet: deleting a document leaves what refers to it. */
  readonly onDelete?: OnDelete;
}

/** A zod type of `Id<Table>`: composes with `.optional()`, `.nullable()`, `z.array` and all else. */
export interface RefType<Table extends string> extends z.ZodType<Id<Table>, Id<Table>> {
  /** The table that the id belongs to, and what a delete there is to do here. */
  readonly ref: { readonly table: Table; readonly onDelete: OnDelete };
}

/**
 * A reference to a document of `table`, for schemas and function arguments alike. It checks,
 * without I/O, that a value is a well-formed id, and on a server that it is one of that table.
 *
 * @example
 * defineTable({ ownerId: defineRef("users").optional() })
 */
export function defineRef<Table extends RegisteredTableNames>(
  table: Table,
  options: RefOptions = {},
): RefType<Table> {
  const type = z.custom<Id<Table>>((value) => isIdOf(table, value), {
    error: `Expected an id of table "${table}" (a UUIDv7 in lower case).`,
  });
  const ref = Object.freeze({ table, onDelete: options.onDelete ?? "restrict" });
  return Object.assign(type, { ref });
}
