import { isDocumentId, tableNumberOf } from "../database/ids/document-id.js";

/** The number that ids of a table carry; `undefined` for a table that the database does not have. */
export type TableNumberLookup = (table: string) => number | undefined;

/**
 * The numbers of the database that is validated for. Validators are made before any database is
 * known, by modules that several databases may share; validating itself never waits.
 */
let current: TableNumberLookup | null = null;

/** Validates with the table numbers of one database. `validate` must be synchronous. */
export function withTableNumbers<Result>(
  tableNumber: TableNumberLookup,
  validate: () => Result,
): Result {
  const before = current;
  current = tableNumber;
  try {
    return validate();
  } finally {
    current = before;
  }
}

/** Whether a value is an id of the table; outside `withTableNumbers`, of any table. */
export function isIdOf(table: string, value: unknown): boolean {
  if (!isDocumentId(value)) return false;
  return current === null || current(table) === tableNumberOf(value);
}
