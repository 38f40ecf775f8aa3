import type ts from "typescript";

/**
 * Prints warnings and suggestions the way TypeScript prints errors. Handed to TypeScript they would
 * fail the build: its exit code counts diagnostics, whatever their category.
 */
export function printNotices(
  ts: typeof import("typescript"),
  program: ts.Program,
  notices: readonly ts.Diagnostic[],
): void {
  if (notices.length === 0) return;
  const format = isPretty(ts, program.getCompilerOptions())
    ? ts.formatDiagnosticsWithColorAndContext
    : ts.formatDiagnostics;
  const text = format(notices, {
    getCanonicalFileName: (name) => (ts.sys.useCaseSensitiveFileNames ? name : name.toLowerCase()),
    getCurrentDirectory: () => program.getCurrentDirectory(),
    getNewLine: () => ts.sys.newLine,
  });
  ts.sys.write(text);
}

function isPretty(ts: typeof import("typescript"), { pretty }: ts.CompilerOptions): boolean {
  if (typeof pretty === "boolean") return pretty;
  if (process.env["NO_COLOR"]) return false;
  if (process.env["FORCE_COLOR"]) return true;
  return ts.sys.writeOutputIsTTY?.() ?? false;
}
