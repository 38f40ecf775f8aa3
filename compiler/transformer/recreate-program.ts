import type ts from "typescript";

/** `program` anew, of other root files or with another host. */
export function recreateProgram(
  ts: typeof import("typescript"),
  program: ts.Program,
  changes: { readonly host: ts.CompilerHost; readonly rootNames?: readonly string[] },
): ts.Program {
  const projectReferences = program.getProjectReferences();
  return ts.createProgram({
    rootNames: program.getRootFileNames(),
    options: program.getCompilerOptions(),
    configFileParsingDiagnostics: program.getConfigFileParsingDiagnostics(),
    ...(projectReferences !== undefined && { projectReferences }),
    oldProgram: program,
    ...changes,
  });
}
