import type ts from "typescript";
import type { ConvoyDiagnostic } from "./model/diagnostic.js";
import { type ProjectLayout, relativeToRoot } from "./project/layout.js";

/** What keeps the project's own files from being parsed, under TypeScript's own codes. */
export function syntaxErrors(
  typescript: typeof ts,
  program: ts.Program,
  project: ProjectLayout,
): readonly ConvoyDiagnostic[] {
  const own = program
    .getSourceFiles()
    .filter(
      ({ fileName }) =>
        fileName.startsWith(`${project.convoyDir}/`) && !fileName.includes("/node_modules/"),
    );
  return own.flatMap((file) =>
    withoutFollowers(program.getSyntacticDiagnostics(file)).map((diagnostic) => ({
      code: `TS${diagnostic.code}`,
      rule: "syntax",
      severity: "error" as const,
      message: typescript.flattenDiagnosticMessageText(diagnostic.messageText, "\n"),
      span: {
        file: relativeToRoot(project, file.fileName),
        start: diagnostic.start,
        length: diagnostic.length,
      },
    })),
  );
}

const appearsToBeBinary = 1490;

/** What else is wrong with a file that is no text does not matter. */
function withoutFollowers(
  diagnostics: readonly ts.DiagnosticWithLocation[],
): readonly ts.DiagnosticWithLocation[] {
  const binary = diagnostics.filter(({ code }) => code === appearsToBeBinary);
  return binary.length > 0 ? binary : diagnostics;
}
