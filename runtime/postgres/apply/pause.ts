import type { Step } from "../plan/step.js";

/**
 * Where a crash in a run is interesting:
 *
 * - `locked`: no other run is under way, and nothing is done;
 * - `before-step`, `after-step`;
 * - `before-commit`: all statements of a step have run in its transaction;
 * - `index-registered`: an index is known to be Convoy's, and not begun;
 * - `index-built`: it is there, and was not looked at;
 * - `index-dropped`: it is gone, and still known;
 * - `between-statements`: of a step that has several transactions.
 */
export type PausePoint =
  | "locked"
  | "before-step"
  | "before-commit"
  | "index-registered"
  | "index-built"
  | "index-dropped"
  | "between-statements"
  | "after-step";

/** For tests. In production there is none, and nothing waits. */
export type Pause = (point: PausePoint, step: Step | null) => Promise<void>;
