import { ConvoyError } from "../../../protocol/errors.js";
import type { PostgresError } from "./sqlstate.js";

/** What a unique index of Postgres is called in the schema of the project. */
export interface UniqueIndex {
  readonly table: string;
  readonly index: string;
  readonly fields: readonly string[];
}

/** The unique index behind a name of Postgres's. */
export type UniqueIndexLookup = (name: string) => UniqueIndex | undefined;

/** The error of a constraint that a write has violated. It names fields, never what was in them. */
export function violation(
  error: PostgresError,
  uniqueIndex: UniqueIndexLookup,
  cause: unknown,
): ConvoyError | null {
  const table = error.table ?? "?";
  switch (error.code) {
    case "23505":
      return new ConvoyError("unique-violation", uniqueMessage(error, uniqueIndex), {
        status: 409,
        cause,
      });
    case "23503":
      return new ConvoyError(
        "reference-violation",
        `A reference of "${table}" would point to a document that is not there. Check that it exists before you refer to it, and delete what refers to a document before the document.`,
        { status: 409, cause },
      );
    case "23514":
      if (error.constraint?.endsWith("_convoy_id") === true)
        return new ConvoyError(
          "wrong-table-id",
          `An id that is not one of "${table}" was given to a document of "${table}". Let Convoy make the id, or take one that was made for this table.`,
          { status: 400, cause },
        );
      return constraintViolation(error, cause);
    case "23502":
    case "23P01":
    case "23000":
    case "23001":
      return constraintViolation(error, cause);
    default:
      return null;
  }
}

function uniqueMessage(error: PostgresError, uniqueIndex: UniqueIndexLookup): string {
  const name = error.constraint ?? "";
  const known = uniqueIndex(name);
  if (known !== undefined) {
    const fields = new Intl.ListFormat("en").format(known.fields);
    return `A document with the same ${fields} is already in "${known.table}" (index "${known.index}").`;
  }
  const table = error.table ?? "?";
  if (name === `${table}_pkey`) return `A document with the same id is already in "${table}".`;
  return `A row with the same values is already in "${table}" (constraint "${name}").`;
}

function constraintViolation(error: PostgresError, cause: unknown): ConvoyError {
  const constraint = error.constraint === undefined ? "" : ` "${error.constraint}"`;
  return new ConvoyError(
    "constraint-violation",
    `A write to "${error.table ?? "?"}" violates a constraint${constraint} of the database. The constraint is not of Convoy's making: see its definition in the database.`,
    { status: 409, cause },
  );
}
