import type ts from "typescript";

/**
 * Makes `program` report `errors` as its own type errors, so that whatever a type error does to a
 * build (exit code, `noEmitOnError`, a project that references this one) they do as well.
 */
export function reportTypeErrors(program: ts.Program, errors: readonly ts.Diagnostic[]): void {
  if (errors.length === 0) return;
  // An error without a place is reported with the first file, since builders ask file by file.
  const [carrier] = program.getSourceFiles();
  const errorsOf = (file: ts.SourceFile | undefined): readonly ts.Diagnostic[] =>
    file === undefined ? errors : errors.filter((error) => (error.file ?? carrier) === file);

  append(program, "getSemanticDiagnostics", errorsOf);
  // --incremental, --watch and --build ask these instead. What getProgramDiagnostics says is asked
  // anew in each build; the other is stored in the .tsbuildinfo, and would outlive the error when
  // the file that mends it is not the file that shows it.
  const internals = program as ProgramInternals;
  if (internals.getProgramDiagnostics === undefined) {
    append(internals, "getBindAndCheckDiagnostics", errorsOf);
    return;
  }
  let asked = false;
  append(internals, "getProgramDiagnostics", (file) => {
    asked = true;
    return errorsOf(file);
  });
  // A --build writes into the .tsbuildinfo whether there were errors, and the next one takes the
  // project for up to date where there were none. In a project that is not incremental it looks at
  // the global diagnostics for that and leaves out those of the program. It does so after it has
  // reported all errors; until then ours must not be global, since it reports no type errors
  // besides global ones.
  append(program, "getGlobalDiagnostics", () => (asked ? errors : []));
}

/**
 * Makes `program` report one error of the whole build. TypeScript then says nothing of types, which
 * is what such an error wants: the type errors would be its consequences.
 */
export function reportBuildError(program: ts.Program, error: ts.Diagnostic): void {
  append(program, "getOptionsDiagnostics", () => [error]);
}

type DiagnosticsOf = (
  file: ts.SourceFile | undefined,
  ...rest: never[]
) => readonly ts.Diagnostic[];

/** What builder programs ask of the program beneath them; not in TypeScript's public types. */
type ProgramInternals = ts.Program & {
  getProgramDiagnostics?: DiagnosticsOf;
  getBindAndCheckDiagnostics?: DiagnosticsOf;
};

/**
 * In place, never by a copy of the program: TypeScript's own emit asks the program that it was
 * created with.
 */
function append<Name extends string>(
  program: { [name in Name]?: unknown },
  name: Name,
  more: (file: ts.SourceFile | undefined) => readonly ts.Diagnostic[],
): void {
  const original = program[name] as DiagnosticsOf | undefined;
  if (original === undefined) return;
  program[name] = ((file, ...rest) => [
    ...original(file, ...rest),
    ...more(file),
  ]) satisfies DiagnosticsOf;
}
