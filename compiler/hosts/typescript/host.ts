import type ts from "typescript";
import { includesAny } from "../../model/canonical.js";
import { deepFreeze } from "../../model/freeze.js";
import type { FunctionFacts, ModuleFacts, SchemaFacts } from "../../model/facts.js";
import { printApi } from "../../printers/api.js";
import { printDataModel } from "../../printers/data-model.js";
import { printDrizzle } from "../../printers/drizzle.js";
import { type ModuleExports, printProvisionalApi } from "../../printers/provisional-api.js";
import { printServer } from "../../printers/server.js";
import type { ProjectConfig } from "../../project/config.js";
import { isFunctionsModule, modulePath, relativeToRoot } from "../../project/layout.js";
import type { CompilerHost } from "../host.js";
import { CallGraph } from "./call-graph.js";
import { exportedNames } from "./exported-names.js";
import { FunctionsReader, type KnownExports } from "./functions-reader.js";
import { GlobalSources } from "./global-sources.js";
import { type LinkedPackage, linkedPackages, type MissingModule } from "./linked-packages.js";
import { OwnSources } from "./own-sources.js";
import { readSchema } from "./schema-reader.js";
import { type LibraryFiles, SourceFiles } from "./source-files.js";

export interface TypeScriptHostOptions {
  readonly ts: typeof ts;
  readonly config: ProjectConfig;
  readonly system?: ts.System;
  /** Files that have been parsed already, with the same options. */
  readonly reuse?: (file: string) => ts.SourceFile | undefined;
  /** Files of packages, shared by all hosts that are given the same map. */
  readonly libraryFiles?: LibraryFiles;
}

/**
 * The in-process host: one program for the schema, one for the functions, with parsed files shared
 * between them. Generated files are always taken from an overlay, never from disk.
 */
export class TypeScriptHost implements CompilerHost {
  readonly #ts: typeof ts;
  #config: ProjectConfig;
  readonly #system: ts.System;
  readonly #files: SourceFiles;
  #globals: GlobalSources;
  readonly #exports = new Map<string, ModuleExports>();
  #schemaProgram: ts.Program | undefined;
  #program: ts.Program | undefined;
  #programSchema: SchemaFacts | undefined;

  constructor(options: TypeScriptHostOptions) {
    this.#ts = options.ts;
    this.#config = options.config;
    this.#system = options.system ?? options.ts.sys;
    this.#files = new SourceFiles({
      ts: this.#ts,
      system: this.#system,
      options: this.#config.options,
      hiddenDir: this.#config.layout.generatedDir,
      ...(options.reuse ? { reuse: options.reuse } : {}),
      ...(options.libraryFiles ? { libraryFiles: options.libraryFiles } : {}),
    });
    this.#globals = this.#findGlobals();
  }

  #findGlobals(): GlobalSources {
    return new GlobalSources({
      ts: this.#ts,
      system: this.#system,
      options: this.#config.options,
      files: this.#config.sourceFiles,
    });
  }

  /** Goes on with a project that has other files now, and the same options. */
  useFiles({ ambientFiles, sourceFiles }: ProjectConfig): void {
    this.#config = { ...this.#config, ambientFiles, sourceFiles };
    this.#globals = this.#findGlobals();
  }

  /** Looks for all imports again: a program that is made of another one takes over what found nothing. */
  resolveAnew(): void {
    this.#schemaProgram = this.#program = undefined;
  }

  /** The program of the last {@link readFunctions}: what rules look at. */
  get program(): ts.Program | undefined {
    return this.#program;
  }

  /** The program of the last {@link readSchema}. */
  get schemaProgram(): ts.Program | undefined {
    return this.#schemaProgram;
  }

  /** The sources that were read last: the project's own, and what these import from beside it. */
  get sources(): OwnSources {
    return new OwnSources(this.#ts, this.#programs, this.#config.layout);
  }

  /** The packages of a monorepo that the sources that were read last import. */
  linkedPackages(): readonly LinkedPackage[] {
    return linkedPackages({
      ts: this.#ts,
      system: this.#system,
      programs: this.#programs,
      files: this.sources.files(),
    });
  }

  /** The file that an import means now, which may have been missing. */
  resolve({ specifier, file }: MissingModule): string | undefined {
    const { options } = this.#config;
    return this.#ts.resolveModuleName(specifier, file, options, this.#system).resolvedModule
      ?.resolvedFileName;
  }

  /** The tsconfigs that were read of projects that this one refers to, and those that they extend. */
  referencedConfigs(): readonly string[] {
    const found = new Set<string>();
    const visit = (references: readonly (ts.ResolvedProjectReference | undefined)[]): void => {
      for (const reference of references) {
        if (!reference || found.has(reference.sourceFile.fileName)) continue;
        const { fileName, extendedSourceFiles = [] } =
          reference.sourceFile as ts.TsConfigSourceFile;
        for (const file of [fileName, ...extendedSourceFiles]) found.add(file);
        visit(reference.references ?? []);
      }
    };
    for (const program of this.#programs) visit(program.getResolvedProjectReferences() ?? []);
    return [...found];
  }

  /** The files that have another text on disk than when they were read, packages left out. */
  changedOnDisk(): readonly string[] {
    return this.#files.changedOnDisk();
  }

  /**
   * Forgets what was read of these files (absolute paths).
   *
   * @returns Whether the types of all others may be other ones now.
   */
  invalidate(files: readonly string[]): boolean {
    // Not those that merely lie beside: a client's, declarations that a build writes all the time.
    const opened = files.filter((file) => this.#programs.some((one) => one.getSourceFile(file)));
    const declareForAll = () => opened.some((file) => this.#globals.declaresForAll(file));
    const declaredForAll = declareForAll();
    this.#files.invalidate(files);
    this.#globals.invalidate(files);
    for (const file of files) this.#exports.delete(file);
    this.#programSchema = undefined;
    return (
      declaredForAll ||
      declareForAll() ||
      this.#programs.some((program) => this.#globals.lackedBy(program))
    );
  }

  get #programs(): readonly ts.Program[] {
    return [this.#schemaProgram, this.#program].flatMap((program) => program ?? []);
  }

  /** The modules of functions on disk, sorted. */
  functionsFiles(): readonly string[] {
    const { layout } = this.#config;
    if (!this.#system.directoryExists(layout.functionsDir)) return [];
    return this.#system
      .readDirectory(layout.functionsDir, [".ts", ".tsx", ".mts", ".cts"])
      .filter((file) => isFunctionsModule(layout, file))
      .toSorted();
  }

  readSchema(): SchemaFacts {
    const { layout, ambientFiles } = this.#config;
    const overlay = new Map([[`${layout.generatedDir}/dataModel.ts`, anyDataModel]]);
    this.#schemaProgram = this.#createProgram(
      [layout.schemaFile, ...ambientFiles],
      overlay,
      this.#schemaProgram,
    );
    return readSchema(this.#ts, this.#schemaProgram, layout);
  }

  readFunctions(
    schema: SchemaFacts,
    files: readonly string[] = this.functionsFiles(),
    /** What need not be read again of some of these files. */
    known: ReadonlyMap<string, KnownExports> = new Map(),
  ): readonly ModuleFacts[] {
    const program = this.#programFor(schema);
    const reader = new FunctionsReader({
      ts: this.#ts,
      program,
      project: this.#config.layout,
      schema,
    });
    const modules = [...files]
      .toSorted()
      .flatMap((file) => reader.read(file, known.get(file)) ?? []);
    return deepFreeze(this.#markCircular(program, modules));
  }

  /**
   * The checker breaks a circle of inferred results by an `any` somewhere in it. Where that shows
   * depends on where it began, so every function of the circle that has one is marked.
   */
  #markCircular(program: ts.Program, modules: readonly ModuleFacts[]): readonly ModuleFacts[] {
    const isSuspect = (facts: FunctionFacts) =>
      !facts.circular && !facts.hasReturns && includesAny(facts.result);
    if (!modules.some((module) => module.functions.some(isSuspect))) return modules;
    const { layout: project } = this.#config;
    const calls = new CallGraph({ ts: this.#ts, program, project, files: this.functionsFiles() });
    return modules.map((module) => ({
      ...module,
      functions: module.functions.map((facts) =>
        isSuspect(facts) && calls.reachesItself(facts.path)
          ? { ...facts, circular: true, result: { kind: "any" } }
          : facts,
      ),
    }));
  }

  #programFor(schema: SchemaFacts): ts.Program {
    return this.#program && this.#programSchema === schema
      ? this.#program
      : this.openFunctions(schema);
  }

  /** Opens the program in which functions are read against `schema`, from what is on disk now. */
  openFunctions(schema: SchemaFacts): ts.Program {
    const { layout, ambientFiles, sourceFiles, hasDrizzle } = this.#config;
    const files = this.functionsFiles();
    const at = (name: string) => `${layout.generatedDir}/${name}`;
    const overlay = new Map([
      [at("dataModel.ts"), printDataModel(schema)],
      [at("server.ts"), printServer()],
      [at("api.ts"), printApi()],
      [at("apiTypes.d.ts"), printProvisionalApi(files.map((file) => this.#exportsOf(file)))],
    ]);
    if (hasDrizzle) overlay.set(at("drizzle.ts"), printDrizzle(schema));
    const own = sourceFiles.filter((file) => file.startsWith(`${layout.convoyDir}/`));
    const roots = new Set([
      at("dataModel.ts"),
      layout.schemaFile,
      ...files,
      ...own,
      ...ambientFiles,
    ]);
    this.#programSchema = schema;
    this.#program = this.#createProgram([...roots], overlay, this.#program);
    return this.#program;
  }

  /** Parsed on its own: the names must be known before there is a program. */
  #exportsOf(file: string): ModuleExports {
    let known = this.#exports.get(file);
    if (!known) {
      const { layout } = this.#config;
      const text = this.#system.readFile(file) ?? "";
      const source = this.#ts.createSourceFile(file, text, this.#ts.ScriptTarget.Latest);
      known = {
        path: modulePath(layout, file),
        file: relativeToRoot(layout, file),
        names: exportedNames(this.#ts, source),
      };
      this.#exports.set(file, known);
    }
    return known;
  }

  #createProgram(
    rootNames: readonly string[],
    overlay: ReadonlyMap<string, string>,
    oldProgram: ts.Program | undefined,
  ): ts.Program {
    const roots = () =>
      [...rootNames, ...this.#globals.found].filter(
        (file) => overlay.has(file) || this.#system.fileExists(file),
      );
    const host = this.#files.compilerHost(overlay);
    const create = (before: ts.Program | undefined) =>
      this.#ts.createProgram({
        rootNames: roots(),
        options: this.#config.options,
        projectReferences: this.#config.references,
        host,
        ...(before ? { oldProgram: before } : {}),
      });
    let program = create(oldProgram);
    // What a file declares for all may need what another one does.
    while (this.#globals.lackedBy(program)) program = create(program);
    return program;
  }
}

/** Stands in for the data model while the schema is read; a schema need not look at it. */
const anyDataModel = `export type TableNames = string;
export type Id<Table extends string> = import("convoy/client").Id<Table>;
export type Doc<Table extends string> = any;
export type DataModel = any;
`;
