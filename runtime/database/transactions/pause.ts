/**
 * Where a crash in a mutation is interesting:
 *
 * - `begun`: its first statement was answered;
 * - `before-ledger`: the handler has returned;
 * - `before-commit`: the ledger row was sent;
 * - `commit-sent`: COMMIT was sent, and not answered.
 */
export type PausePoint = "begun" | "before-ledger" | "before-commit" | "commit-sent";

/** For tests. In production there is none, and nothing waits. */
export type Pause = (point: PausePoint) => Promise<void>;
