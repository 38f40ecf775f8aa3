import type ts from "typescript";
import type { ProjectLayout } from "../project/layout.js";
import { recreateProgram } from "./recreate-program.js";

/**
 * `program`, or one whose project files are read again, with their doc comments. `tsc` skips those,
 * to save time, but generated types repeat them. ts-patch reads them in the first place where it
 * finds `parseAllJsDoc` in our package.json; code must not depend on whether it did.
 */
export function withDocComments(
  ts: typeof import("typescript"),
  program: ts.Program,
  host: ts.CompilerHost,
  project: ProjectLayout,
): ts.Program {
  const { ParseAll } = ts.JSDocParsingMode;
  if ((host.jsDocParsingMode ?? ParseAll) === ParseAll) return program;
  // From now on: in --watch, the host outlives the program.
  host.jsDocParsingMode = ParseAll;
  const again = Object.create(host) as ts.CompilerHost;
  again.getSourceFile = (fileName, options, onError, createNew) => {
    const known = program.getSourceFile(fileName);
    const isOurs = known?.isDeclarationFile === false && fileName.startsWith(`${project.root}/`);
    return known !== undefined && !isOurs && createNew !== true && !("redirectInfo" in known)
      ? known
      : host.getSourceFile(fileName, options, onError, isOurs || createNew);
  };
  again.getSourceFileByPath = (fileName, _path, options, onError, createNew) =>
    again.getSourceFile(fileName, options, onError, createNew);
  return recreateProgram(ts, program, { host: again });
}
