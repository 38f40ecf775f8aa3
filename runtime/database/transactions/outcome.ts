import { databaseError } from "../../postgres/errors/database-error.js";
import type { SessionMode } from "../session/transaction-session.js";
import { failureOf } from "../../postgres/errors/sqlstate.js";

/** How one attempt at a mutation ended. */
export type Outcome<Result> =
  /** Committed, now or before. */
  | { readonly kind: "done"; readonly value: Result }
  /** Rolled back, and it would fail again. */
  | { readonly kind: "failed"; readonly error: unknown }
  /** Rolled back: the way in which the statements were sent will not do. */
  | { readonly kind: "restart"; readonly mode: SessionMode }
  /** Rolled back: the same work may succeed. */
  | { readonly kind: "conflict"; readonly error: unknown }
  /** The connection was lost; with an id it is safe to try again, whether or not COMMIT was sent. */
  | { readonly kind: "lost"; readonly error: unknown };

/** The outcome of an attempt that `pg` ended with this error, before COMMIT. */
export function outcomeOf(error: unknown): Outcome<never> {
  switch (failureOf(error)) {
    case "lost":
      return { kind: "lost", error };
    case "conflict":
    case "stale-plan":
      return { kind: "conflict", error };
    case "other":
      return { kind: "failed", error: databaseError(error, "statement") };
  }
}
