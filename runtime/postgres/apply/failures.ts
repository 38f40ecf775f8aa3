import { ConvoyError } from "../../../protocol/errors.js";
import { databaseError } from "../errors/database-error.js";
import { failureOf, postgresError } from "../errors/sqlstate.js";
import type { Problem } from "../plan/problem.js";

/** A schema cannot be applied as it is. Its code is that of the first problem. */
export class SchemaSyncError extends ConvoyError {
  readonly problems: readonly Problem[];

  constructor(problems: readonly [Problem, ...Problem[]], nothingChanged: boolean) {
    const messages = problems.map(({ message }) => message);
    if (nothingChanged) messages.push("Nothing was changed.");
    super(problems[0].code, messages.join("\n"), { status: 409 });
    this.problems = problems;
  }
}

/** @throws {SchemaSyncError} if there are any. */
export function throwProblems(
  problems: readonly Problem[],
  { nothingChanged }: { readonly nothingChanged: boolean },
): void {
  const [first, ...others] = problems;
  if (first !== undefined) throw new SchemaSyncError([first, ...others], nothingChanged);
}

/** What a run tells of an error that nobody before could say more about. */
export function syncFailure(error: unknown): ConvoyError {
  if (error instanceof ConvoyError) return error;
  const { code } = postgresError(error);
  if (code === "2BP01") {
    return new ConvoyError(
      "schema-object-in-use",
      "Something that Convoy did not make, such as a view or a foreign key, depends on a table or column that was to be dropped. Drop that first, or keep the table. Steps before this one stay done.",
      { status: 409, cause: error },
    );
  }
  if (code === "25006") {
    return new ConvoyError(
      "database-read-only",
      "The database takes no writes: it is a standby, or its default_transaction_read_only is on. Connect to the primary.",
      { cause: error },
    );
  }
  if (code === "42501") {
    return new ConvoyError(
      "database-permission-denied",
      "The user of DATABASE_URL may not create or change what Convoy needs. `convoy doctor` names the rights that are missing; what others own, only its owner may change. Steps that were done stay done.",
      { cause: error },
    );
  }
  if (failureOf(error) === "lost") {
    return new ConvoyError(
      "database-connection-lost",
      "The connection to the database was lost while its tables were being synchronised. Steps that were done stay done, and the one under way leaves nothing half done. Run it again to go on.",
      { status: 503, retryable: true, cause: error },
    );
  }
  return databaseError(error, "statement");
}

export function blocked(table: string | null, cause: unknown): ConvoyError {
  const what = table === null ? "The tables" : `Table "${table}"`;
  return new ConvoyError(
    "schema-sync-blocked",
    `${what} could not be changed: other transactions held it for too long. End long transactions (see pg_stat_activity), and run this again to go on.`,
    { status: 503, retryable: true, cause },
  );
}

export function lockTaken(waitedMs: number): ConvoyError {
  return new ConvoyError(
    "schema-sync-locked",
    `Another run has been changing the tables of this database for more than ${Math.round(waitedMs / 1000)} s. Wait for it, or end it, and run this again.`,
    { status: 503, retryable: true },
  );
}

export function unstable(): ConvoyError {
  return new ConvoyError(
    "schema-sync-unstable",
    "The tables of the database are being changed by something else at the same time, so that no plan holds. Run this again when that has ended.",
    { status: 503, retryable: true },
  );
}
