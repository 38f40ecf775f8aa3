import type ts from "typescript";
import type { ConvoyDiagnostic } from "../model/diagnostic.js";
import type { ProjectLayout } from "../project/layout.js";
import { BuildError, buildDiagnostic } from "./build-error.js";
import { findProject } from "./find-project.js";
import { printNotices } from "./print-notices.js";
import type { ProgramTransformer, TransformerConfig } from "./program-transformer.js";
import { reportBuildError, reportTypeErrors } from "./report-diagnostics.js";
import { toTsDiagnostic } from "./to-ts-diagnostic.js";
import { withGeneratedFiles } from "./with-generated-files.js";
import { writeThroughHost } from "./write-through-host.js";

export interface ProgramAnalysis {
  readonly files: ReadonlyMap<string, string> | null;
  readonly diagnostics: readonly ConvoyDiagnostic[];
}
type AnalyseProgram = (
  ts: typeof import("typescript"),
  program: ts.Program,
  project: ProjectLayout,
) => ProgramAnalysis;

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
  program: ts.Program,
  givenHost: ts.CompilerHost | undefined,
  config: TransformerConfig,
  analyse: AnalyseProgram,
): ts.Program {
  const options = program.getCompilerOptions();
  const host = givenHost ?? ts.createCompilerHost(options);
  if (options.listFilesOnly === true || isEditor(ts, host)) return program;
  const project = findProject(ts, program, config);
  if (project === null) return program;

  const { files, diagnostics } = analyse(ts, program, project);
  const current = files === null ? program : generate(ts, program, host, project, files);
  const reported = diagnostics.map((one) => toTsDiagnostic(ts, current, project, one));
  const isError = (one: ts.Diagnostic) => one.category === ts.DiagnosticCategory.Error;
  printNotices(
    ts,
    current,
    reported.filter((one) => !isError(one)),
  );
  reportTypeErrors(current, reported.filter(isError));
  return current;
}

function generate(
  ts: typeof import("typescript"),
  program: ts.Program,
  host: ts.CompilerHost,
  project: ProjectLayout,
  files: ReadonlyMap<string, string>,
): ts.Program {
  const written = writeThroughHost(ts, host, files);
  return withGeneratedFiles(ts, program, host, project, files, written);
}

/**
 * Under `ts-patch install` the language service makes programs, too: one at each keystroke, of text
 * that nobody saved. Its host is the one that cannot write.
 */
function isEditor(ts: typeof import("typescript"), host: ts.CompilerHost): boolean {
  return host.writeFile === (ts as { readonly noop?: unknown }).noop;
}
