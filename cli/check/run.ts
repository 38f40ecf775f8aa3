import type { Analysis, Session } from "../../compiler/session.js";

/** What `convoy check` found. */
export interface CheckEvent {
  readonly kind: "checked";
  readonly analysis: Analysis;
}

/** Looks for everything that is wrong with a project, and writes nothing. */
export function* runCheck(options: {
  readonly session: Session;
}): Generator<CheckEvent, void, void> {
  yield { kind: "checked", analysis: options.session.analyse() };
}

/** Whether the command should fail for it: warnings and suggestions are no failure. */
export function isFailed({ analysis }: CheckEvent): boolean {
  return (
    analysis.facts === null || analysis.diagnostics.some(({ severity }) => severity === "error")
  );
}
