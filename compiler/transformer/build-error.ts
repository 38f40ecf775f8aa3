import type ts from "typescript";

/** Something outside Convoy that a person can mend: the build stops with its message, no stack. */
export class BuildError extends Error {
  override readonly name = "BuildError";
}

/** One error of the whole build, at no place in the source. */
export function buildDiagnostic(ts: typeof import("typescript"), error: unknown): ts.Diagnostic {
  return {
    category: ts.DiagnosticCategory.Error,
    code: 990000,
    source: "convoy",
    messageText: `Convoy: ${error instanceof BuildError ? error.message : internalError(error)}`,
    file: undefined,
    start: undefined,
    length: undefined,
  };
}

const STACK_LINES = 6;

function internalError(error: unknown): string {
  const stack = error instanceof Error && error.stack !== undefined ? error.stack : String(error);
  return [
    "internal error. This build lacks Convoy's checks and what it generates; please report it with these lines:",
    ...stack.split("\n").slice(0, STACK_LINES),
  ].join("\n");
}
