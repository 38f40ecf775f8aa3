import type ts from "typescript";
import type { analyseProgram } from "../program-analysis.js";
import type { ProjectLayout } from "../project/layout.js";
import { BuildError, buildDiagnostic } from "./build-error.js";
import { findProject } from "./find-project.js";
import { printNotices } from "./print-notices.js";
import type { ProgramTransformer, TransformerConfig } from "./program-transformer.js";
import { reportBuildError, reportTypeErrors } from "./report-diagnostics.js";
import { toTsDiagnostic } from "./to-ts-diagnostic.js";
import { withGeneratedFiles } from "./with-generated-files.js";
import { writeForHost } from "./write-for-host.js";

type AnalyseProgram = typeof analyseProgram;

/** The transformer that learns about a project from `analyse`. */
export function createTransformer({
  analyse,
}: {
  readonly analyse: AnalyseProgram;
}): ProgramTransformer {
  return (program, host, config, { ts }) => {
    // An exception would end `tspc --watch`, and leave ts-patch believing that we are still running.
    try {
      return transform(ts, program, host, config ?? {}, analyse);
    } catch (error) {
      const diagnostic = buildDiagnostic(ts, error);
      if (error instanceof BuildError) reportBuildError(program, diagnostic);
      else reportTypeErrors(program, [diagnostic]);
      return program;
    }
  };
}

function transform(
  ts: typeof import("typescript"),
  given: ts.Program,
  givenHost: ts.CompilerHost | undefined,
  config: TransformerConfig,
  analyse: AnalyseProgram,
): ts.Program {
  const options = given.getCompilerOptions();
  const host = givenHost ?? ts.createCompilerHost(options);
  if (options.listFilesOnly === true || isEditor(host)) return given;
  const project = findProject(ts, given, config);
  if (project === null) return given;

  const { files, diagnostics } = analyse(ts, given, project);
  const program = files === null ? given : generate(ts, given, host, project, files);

  const reported = diagnostics.map((one) => toTsDiagnostic(ts, program, project, one));
  const isError = (one: ts.Diagnostic) => one.category === ts.DiagnosticCategory.Error;
  const notices = reported.filter((one) => !isError(one));
  printNotices(ts, program, notices);
  reportTypeErrors(program, reported.filter(isError));
  return program;
}

function generate(
  ts: typeof import("typescript"),
  program: ts.Program,
  host: ts.CompilerHost,
  project: ProjectLayout,
  files: ReadonlyMap<string, string>,
): ts.Program {
  const changed = writeForHost(ts, host, files);
  return withGeneratedFiles(ts, program, host, project, files, changed);
}

/**
 * Under `ts-patch install` the language service makes programs, too: one at each keystroke, of text
 * that nobody saved. Its host is the one whose work can be cancelled.
 */
function isEditor(host: ts.CompilerHost): boolean {
  return host.getCancellationToken !== undefined;
}
