/** What `convoy doctor` looks at. Stable: scripts know them by these names. */
export type CheckName =
  | "node"
  | "project"
  | "packages"
  | "typescript"
  | "tsconfig"
  | "plugins"
  | "generated"
  | "database"
  | "tables";

/** What one look has found. */
export interface Finding {
  readonly check: CheckName;
  /** A problem keeps something from working; a warning is what one would rather know. */
  readonly outcome: "ok" | "warning" | "problem";
  readonly message: string;
  /** What to do about it. */
  readonly fix: string | null;
}

/** All is well. */
export function ok(check: CheckName, message: string): Finding {
  return { check, outcome: "ok", message, fix: null };
}

/** Something does not do what it seems to. */
export function warning(check: CheckName, message: string, fix: string): Finding {
  return { check, outcome: "warning", message, fix };
}

/** Something does not work; `fix` is `null` where the message says what to do. */
export function problem(check: CheckName, message: string, fix: string | null): Finding {
  return { check, outcome: "problem", message, fix };
}
