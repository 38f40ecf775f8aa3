import type ts from "typescript";
import type { ProjectLayout } from "../project/layout.js";
import { freshHost } from "./fresh-host.js";
import { recreateProgram } from "./recreate-program.js";
import { sameText } from "./same-text.js";

/**
 * `program` where it sees the generated `files` as they are on disk now, or else a new one that does.
 * `changed` are those that were written or removed a moment ago.
 */
export function withGeneratedFiles(
  ts: typeof import("typescript"),
  program: ts.Program,
  host: ts.CompilerHost,
  project: ProjectLayout,
  files: ReadonlyMap<string, string>,
  changed: ReadonlySet<string>,
): ts.Program {
  const removed = [...changed].filter((file) => !files.has(file));
  const isStale =
    removed.some((file) => program.getSourceFile(file) !== undefined) ||
    [...files].some(([file, text]) => {
      const known = program.getSourceFile(file);
      return known === undefined
        ? changed.has(file) && isSource(file)
        : !sameText(known.text, text);
    });
  const newRoots =
    isStale || wasReadBeforeGeneration(program, project) ? rootsToAdd(ts, program, files) : [];
  if (!isStale && newRoots.length === 0) return program;

  const oldRoots = program.getRootFileNames();
  const roots = [...oldRoots.filter((file) => !removed.includes(file)), ...newRoots];
  const fresh = freshHost(ts, program, host, files);
  const next = recreateProgram(ts, program, { host: fresh.host, rootNames: roots });
  fresh.forgetFailedLookups();
  // The array is the `fileNames` of the parsed tsconfig. `tspc --build` parsed it before the files
  // were there and reads it again for the projects that reference this one: without them, a clean
  // build would take the generated sources for files of the other project.
  (oldRoots as string[]).splice(0, oldRoots.length, ...roots);
  return next;
}

function isSource(file: string): boolean {
  return /\.[cm]?tsx?$/.test(file);
}

/**
 * Whether the tsconfig seems to have been read before the generated files were there. In a build of
 * several projects another one may have written them since.
 */
function wasReadBeforeGeneration(program: ts.Program, project: ProjectLayout): boolean {
  const roots = program.getRootFileNames();
  return (
    roots.includes(project.schemaFile) &&
    !roots.some((file) => file.startsWith(`${project.generatedDir}/`))
  );
}

/** The generated files that the tsconfig includes and that were not there when it was read. */
function rootsToAdd(
  ts: typeof import("typescript"),
  program: ts.Program,
  files: ReadonlyMap<string, string>,
): readonly string[] {
  const { configFilePath } = program.getCompilerOptions();
  if (typeof configFilePath !== "string") return [];
  const present = new Set(program.getRootFileNames());
  const parsed = ts.getParsedCommandLineOfConfigFile(configFilePath, undefined, {
    ...ts.sys,
    // TypeScript has reported what is wrong with the tsconfig already.
    onUnRecoverableConfigFileDiagnostic: () => undefined,
  });
  return (parsed?.fileNames ?? []).filter((file) => files.has(file) && !present.has(file));
}
