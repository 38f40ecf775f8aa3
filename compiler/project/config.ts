import type ts from "typescript";
import { type ProjectLayout, projectLayout } from "./layout.js";
import { ConvoyProjectError } from "./project-error.js";

/** A project's `tsconfig.json`, as far as its analysis needs it. */
export interface ProjectConfig {
  readonly layout: ProjectLayout;
  /** Options for analysing: the user's, without those that concern output. */
  readonly options: ts.CompilerOptions;
  /** Declaration files of the project itself: they may declare globals. */
  readonly ambientFiles: readonly string[];
  /** Every source file that the tsconfig includes, declarations and generated code left out. */
  readonly sourceFiles: readonly string[];
  // Where it looks for them, so where files may come: `folder/*.ts`, or `folder/**/*.ts` with all below.
  readonly sourcePatterns: readonly string[];
  /** The projects that its tsconfig refers to: of a monorepo. */
  readonly references: readonly ts.ProjectReference[];
  /** The places of its tsconfig, there or not, those that it extends, and those that it refers to. */
  readonly configFiles: readonly string[];
  /** The project emits declarations, so generated types must be in files that get emitted. */
  readonly emitsDeclarations: boolean;
  /** `drizzle-orm` is installed, so its tables are generated. */
  readonly hasDrizzle: boolean;
}

/**
 * Reads the configuration of the project in `root`: `convoy/tsconfig.json`, else
 * `tsconfig.json`, else defaults.
 *
 * @throws {ConvoyProjectError} when there is no such folder or its tsconfig cannot be read.
 */
export function loadProjectConfig(options: {
  readonly ts: typeof ts;
  readonly root: string;
  readonly system?: ts.System;
}): ProjectConfig {
  const { ts: typescript, root } = options;
  const system = options.system ?? typescript.sys;
  const layout = projectLayout(system.resolvePath(root));
  requireFolder(system, layout);
  const places = [`${layout.convoyDir}/tsconfig.json`, `${layout.root}/tsconfig.json`];
  const configFile = places.find((file) => system.fileExists(file));
  if (configFile === undefined) {
    const defaults = defaultOptions(typescript);
    const drizzle = hasDrizzle(typescript, system, layout, defaults);
    return configOf({ layout, options: defaults, fileNames: [], configFiles: places, drizzle });
  }

  const json = typescript.readJsonConfigFile(configFile, (file) => system.readFile(file));
  const folder = configFile.slice(0, configFile.lastIndexOf("/"));
  const parsed = typescript.parseJsonSourceFileConfigFileContent(
    json,
    system,
    folder,
    {},
    configFile,
  );
  const syntax = (json as unknown as { parseDiagnostics: readonly ts.Diagnostic[] })
    .parseDiagnostics;
  // TS18003: no inputs were found. An empty project is reported by what it lacks.
  const fatal = [...syntax, ...parsed.errors].find(
    (error) => error.category === typescript.DiagnosticCategory.Error && isFatal(error.code),
  );
  if (fatal) {
    const what = typescript.flattenDiagnosticMessageText(fatal.messageText, "\n");
    throw new ConvoyProjectError(
      "CV0002",
      `Cannot read ${placeIn(fatal, configFile)}: ${what} Mend it; \`npx tsc --showConfig\` shows what TypeScript makes of it.`,
    );
  }
  const extended = (json.extendedSourceFiles ?? []).map((file) => system.resolvePath(file));
  const references = parsed.projectReferences ?? [];
  const referred = references.map((one) => typescript.resolveProjectReferencePath(one));
  const compatible = compatibleOptions(parsed.options, installedMajor(typescript, system, layout));
  return configOf({
    layout,
    options: compatible,
    fileNames: parsed.fileNames,
    folders: parsed.wildcardDirectories ?? {},
    references,
    configFiles: [...places, ...extended, ...referred],
    drizzle: hasDrizzle(typescript, system, layout, compatible),
  });
}

/** The same of a program that someone else has made. */
export function configOfProgram(
  typescript: typeof ts,
  program: ts.Program,
  layout: ProjectLayout,
): ProjectConfig {
  const options = program.getCompilerOptions();
  return configOf({
    layout,
    options,
    fileNames: program.getRootFileNames(),
    configFiles: [],
    drizzle: hasDrizzle(typescript, typescript.sys, layout, options),
  });
}

function hasDrizzle(
  typescript: typeof ts,
  system: ts.System,
  layout: ProjectLayout,
  options: ts.CompilerOptions,
): boolean {
  const { resolvedModule } = typescript.resolveModuleName(
    "drizzle-orm/pg-core",
    layout.schemaFile,
    options,
    system,
  );
  return resolvedModule !== undefined;
}

function placeIn(diagnostic: ts.Diagnostic, configFile: string): string {
  const { file, start } = diagnostic;
  if (!file || start === undefined) return configFile;
  const { line, character } = file.getLineAndCharacterOfPosition(start);
  return `${configFile}:${line + 1}:${character + 1}`;
}

function requireFolder(system: ts.System, layout: ProjectLayout): void {
  if (!system.directoryExists(layout.root)) {
    const what = system.fileExists(layout.root) ? "is a file" : "does not exist";
    throw new ConvoyProjectError(
      "CV0001",
      `The project folder ${layout.root} ${what}. Pass the folder that holds convoy/ with --root.`,
    );
  }
  if (!system.directoryExists(layout.convoyDir)) {
    throw new ConvoyProjectError(
      "CV0003",
      `There is no convoy/ folder in ${layout.root}. Create convoy/schema.ts there, or pass the folder that holds convoy/ with --root.`,
    );
  }
  if (system.fileExists(layout.functionsDir)) {
    throw new ConvoyProjectError(
      "CV0004",
      `${layout.functionsDir} is a file. Make it a folder: each file in it is a module of functions.`,
    );
  }
}

const optionCodes = new Set([
  18003, // no inputs were found
  5102,
  5107,
  5101,
  5108, // an option is deprecated or was removed
  5023,
  5024,
  5025,
  5063,
  6046, // an option that this version does not know
]);

function isFatal(code: number): boolean {
  return !optionCodes.has(code);
}

function defaultOptions(typescript: typeof ts): ts.CompilerOptions {
  return {
    target: typescript.ScriptTarget.ES2022,
    module: typescript.ModuleKind.ESNext,
    moduleResolution: typescript.ModuleResolutionKind.Bundler,
  };
}

/** TypeScript 6 includes no `@types` unless told to; a project on an older one expects them all. */
function compatibleOptions(
  options: ts.CompilerOptions,
  installed: number | null,
): ts.CompilerOptions {
  return installed !== null && installed < 6 && options.types === undefined
    ? { ...options, types: ["*"] }
    : options;
}

function installedMajor(
  typescript: typeof ts,
  system: ts.System,
  layout: ProjectLayout,
): number | null {
  if (Number.parseInt(typescript.version, 10) < 6) return null;
  for (let folder = layout.root; ; folder = folder.slice(0, folder.lastIndexOf("/"))) {
    const text = system.readFile(`${folder}/node_modules/typescript/package.json`);
    const version = text && /"version"\s*:\s*"(\d+)\./.exec(text)?.[1];
    if (version) return Number(version);
    if (!folder.includes("/")) return null;
  }
}

const declarationFile = /\.d\.[cm]?ts$/;

function configOf({
  layout,
  options,
  fileNames,
  folders = {},
  references = [],
  configFiles,
  drizzle,
}: {
  readonly layout: ProjectLayout;
  readonly options: ts.CompilerOptions;
  readonly fileNames: readonly string[];
  readonly folders?: Readonly<Record<string, ts.WatchDirectoryFlags>>;
  readonly references?: readonly ts.ProjectReference[];
  readonly configFiles: readonly string[];
  readonly drizzle: boolean;
}): ProjectConfig {
  const own = fileNames.filter((file) => !file.startsWith(`${layout.generatedDir}/`));
  return Object.freeze({
    layout,
    options: analysisOptions(options),
    ambientFiles: own.filter((file) => declarationFile.test(file)),
    sourceFiles: own.filter((file) => !declarationFile.test(file)),
    sourcePatterns: Object.entries(folders).map(([folder, isDeep]) =>
      isDeep ? `${folder}/**/*.ts` : `${folder}/*.ts`,
    ),
    references,
    configFiles,
    hasDrizzle: drizzle,
    emitsDeclarations: options.declaration === true || options.composite === true,
  });
}

/** Output does not concern the analysis, and laxer null checks would lose what it reads. */
function analysisOptions(options: ts.CompilerOptions): ts.CompilerOptions {
  const {
    declaration: _declaration,
    declarationMap: _declarationMap,
    declarationDir: _declarationDir,
    composite: _composite,
    incremental: _incremental,
    tsBuildInfoFile: _tsBuildInfoFile,
    isolatedDeclarations: _isolatedDeclarations,
    emitDeclarationOnly: _emitDeclarationOnly,
    rootDir: _rootDir,
    outDir: _outDir,
    outFile: _outFile,
    ...rest
  } = options;
  return {
    ...rest,
    noEmit: true,
    skipLibCheck: true,
    skipDefaultLibCheck: true,
    strict: true,
    strictNullChecks: true,
    exactOptionalPropertyTypes: false,
  };
}
