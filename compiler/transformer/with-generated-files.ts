import type ts from "typescript";
import type { ProjectLayout } from "../project/layout.js";

/**
 * `program` where it sees the generated `files` as they are on disk now, or else a new one that does.
 * `written` are those that were written a moment ago.
 */
export function withGeneratedFiles(
  ts: typeof import("typescript"),
  program: ts.Program,
  host: ts.CompilerHost,
  project: ProjectLayout,
  files: ReadonlyMap<string, string>,
  written: ReadonlySet<string>,
): ts.Program {
  const isStale = ([file, text]: readonly [string, string]): boolean => {
    const known = program.getSourceFile(file);
    return known === undefined ? written.has(file) && isSource(file) : known.text !== text;
  };
  const stale = [...files].some(isStale);
  const newRoots = stale || readBeforeGeneration(program, project) ? rootsToAdd(ts, program, files) : [];
  return stale || newRoots.length > 0 ? recreate(ts, program, host, files, newRoots) : program;
}

function isSource(file: string): boolean {
  return /\.[cm]?tsx?$/.test(file);
}

/**
 * Whether the tsconfig seems to have been read before the generated files were there. In a build of
 * several projects another one may have written them since.
 */
function readBeforeGeneration(program: ts.Program, project: ProjectLayout): boolean {
  const roots = program.getRootFileNames();
  return (
    roots.includes(project.schemaFile) &&
    !roots.some((file) => file.startsWith(`${project.generatedDir}/`))
  );
}

function recreate(
  ts: typeof import("typescript"),
  program: ts.Program,
  host: ts.CompilerHost,
  files: ReadonlyMap<string, string>,
  newRoots: readonly string[],
): ts.Program {
  const oldRoots = program.getRootFileNames();
  const projectReferences = program.getProjectReferences();
  const next = ts.createProgram({
    rootNames: [...oldRoots, ...newRoots],
    options: program.getCompilerOptions(),
    host: freshHost(ts, program, host, files),
    configFileParsingDiagnostics: program.getConfigFileParsingDiagnostics(),
    ...(projectReferences !== undefined && { projectReferences }),
    oldProgram: program,
  });
  // The array is the `fileNames` of the parsed tsconfig. `tspc --build` parsed it before the files
  // were there and reads it again for the projects that reference this one: without them, a clean
  // build would take the generated sources for files of the other project.
  (oldRoots as string[]).push(...newRoots);
  return next;
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

/** `host`, less what it remembers of the generated files from before they were written. */
function freshHost(
  ts: typeof import("typescript"),
  program: ts.Program,
  host: ts.CompilerHost,
  files: ReadonlyMap<string, string>,
): ts.CompilerHost {
  const fresh = Object.create(host) as ts.CompilerHost;

  fresh.getSourceFile = (fileName, options, onError, createNew) => {
    const known = program.getSourceFile(fileName);
    const text = files.get(fileName);
    if (text !== undefined && text !== known?.text) {
      // In --watch this also has the host watch the file.
      const file = host.getSourceFile(fileName, options, onError, true);
      return file?.text === text ? file : newSourceFile(ts, host, fileName, text, options);
    }
    // A known file was parsed a moment ago. (A redirect stands for a package that is installed
    // twice, and only the program that made it may use it.)
    return createNew === true || known === undefined || "redirectInfo" in known
      ? host.getSourceFile(fileName, options, onError, createNew)
      : known;
  };
  fresh.getSourceFileByPath = (fileName, _path, options, onError, createNew) =>
    fresh.getSourceFile(fileName, options, onError, createNew);

  const resolve = host.resolveModuleNameLiterals?.bind(host);
  if (resolve !== undefined) {
    const disk = ts.createCompilerHost(program.getCompilerOptions());
    fresh.resolveModuleNameLiterals = (
      literals,
      containingFile,
      redirect,
      options,
      source,
      reused,
    ) =>
      resolve(literals, containingFile, redirect, options, source, reused).map((known, index) => {
        const literal = literals[index];
        if (known.resolvedModule !== undefined || literal === undefined) return known;
        const mode = ts.getModeForUsageLocation(source, literal, options);
        const now = ts.resolveModuleName(
          literal.text,
          containingFile,
          options,
          disk,
          undefined,
          redirect,
          mode,
        );
        const found = now.resolvedModule?.resolvedFileName;
        return found !== undefined && files.has(found) ? now : known;
      });
  }
  return fresh;
}

/** For a host that insists that the file is missing. */
function newSourceFile(
  ts: typeof import("typescript"),
  host: ts.CompilerHost,
  fileName: string,
  text: string,
  options: ts.ScriptTarget | ts.CreateSourceFileOptions,
): ts.SourceFile {
  const file: ts.SourceFile & { version?: string } = ts.createSourceFile(fileName, text, options);
  // Builder programs refuse a file without a version.
  const hash = host.createHash ?? ts.sys.createHash;
  file.version = hash === undefined ? text : hash(text);
  return file;
}
