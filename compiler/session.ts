import path from "node:path";
import type ts from "typescript";
import { AffectedFiles } from "./affected-files.js";
import { generate } from "./emit/generate.js";
import { TypeScriptHost } from "./hosts/typescript/host.js";
import type { LinkedPackage } from "./hosts/typescript/linked-packages.js";
import { withoutExtension } from "./hosts/typescript/module-file.js";
import { Rereading } from "./rereading.js";
import type { LibraryFiles } from "./hosts/typescript/source-files.js";
import type { ConvoyDiagnostic } from "./model/diagnostic.js";
import type { ModuleFacts, ProjectFacts, SchemaFacts } from "./model/facts.js";
import { loadProjectConfig, type ProjectConfig } from "./project/config.js";
import { isFunctionsModule, type ProjectLayout } from "./project/layout.js";
import { isOfPattern, sourcePattern } from "./project/source-pattern.js";
import { hasSchemaErrors, runRules } from "./rules/run.js";
import { syntaxErrors } from "./syntax-errors.js";

/** What is known of a project at one moment. */
export interface Analysis {
  /** `null` when the schema could not be read or a file has syntax errors. */
  readonly facts: ProjectFacts | null;
  /** Generated text by absolute path; `null` when nothing may be written: see {@link facts}, or the schema has errors. */
  readonly files: ReadonlyMap<string, string> | null;
  /** Sorted: syntax errors (under TypeScript's own codes), then the findings of the rules. */
  readonly diagnostics: readonly ConvoyDiagnostic[];
  /** Rules that failed, each with the file where: bugs of ours, which cost no more than a finding. */
  readonly bugs: readonly string[];
}

/** A project that is analysed again and again as its files change. */
export interface Session {
  readonly project: ProjectLayout;
  /** Analyses what is on disk now; later calls read again only what changed. */
  analyse(): Analysis;
  /** Tells the session that files changed, came or went (absolute paths). */
  invalidate(files: readonly string[]): void;
  /** The text of a project file (relative to its root) as it was last read. */
  readText(file: string): string | undefined;
  /**
   * Absolute paths of the folders and files whose changes concern the project; `folder/*.ts` where those
   * of TypeScript files that are directly in a folder do, with a `**` between where all below it do.
   */
  watchedPaths(): readonly string[];
  /**
   * Absolute paths of the files that are other ones on disk than when they were last read, packages left
   * out: what changed before anything watched them.
   */
  changedOnDisk(): readonly string[];
}

/**
 * Opens the project in the folder `root`.
 *
 * @throws {ConvoyProjectError} when there is no project there, or its tsconfig cannot be read.
 */
export function createSession(options: SessionOptions): Session {
  return new ProjectSession(options);
}

export interface SessionOptions {
  readonly ts: typeof ts;
  /** The folder that holds `convoy/`. */
  readonly root: string;
  readonly system?: ts.System;
  /** Parsed files of packages, for sessions in one process to share. */
  readonly libraryFiles?: LibraryFiles;
}

/** Of files that an import without an extension may mean. */
const MODULE_EXTENSIONS = [".ts", ".tsx", ".d.ts", ".mts", ".cts"];

/** What the last analysis found, for the next one to build on. */
interface Known {
  readonly schema: SchemaFacts;
  readonly modules: ReadonlyMap<string, ModuleFacts>;
}

class ProjectSession implements Session {
  readonly #ts: typeof ts;
  readonly #root: string;
  readonly #system: ts.System;
  readonly #libraryFiles: LibraryFiles;
  #config: ProjectConfig;
  #host: TypeScriptHost;
  #known: Known | null = null;
  #bugs: readonly string[] = [];
  #schema: SchemaFacts | null = null;
  readonly #changed = new Set<string>();
  readonly #parsed = new Map<string, ts.SourceFile>();

  constructor(options: SessionOptions) {
    this.#ts = options.ts;
    this.#root = options.root;
    this.#system = options.system ?? options.ts.sys;
    this.#libraryFiles = options.libraryFiles ?? new Map();
    this.#config = this.#loadConfig();
    this.#host = this.#createHost();
  }

  get project(): ProjectLayout {
    return this.#config.layout;
  }

  watchedPaths(): readonly string[] {
    const { convoyDir } = this.project;
    const { ambientFiles, sourceFiles, sourcePatterns, configFiles } = this.#config;
    const patterns = sourcePatterns.flatMap((one) => sourcePattern(one) ?? []);
    const isBeside = (file: string) =>
      !file.startsWith(`${convoyDir}/`) && !patterns.some((one) => isOfPattern(one, file));
    // A tsconfig may list files; the others are what `convoy/` imports.
    const listed = [...ambientFiles, ...sourceFiles, ...this.#host.sources.files()];
    const missing = this.#host.sources
      .missingImports()
      .flatMap((file) => [file, `${file}/index`])
      .filter((file) => isBeside(`${file}.ts`))
      .map((file) => `${path.posix.dirname(file)}/*.ts`);
    const linked = this.#host
      .linkedPackages()
      .flatMap(({ folder, missing: modules }) => [
        `${folder}/package.json`,
        ...(modules.length > 0 ? [`${folder}/**/*.ts`] : []),
      ]);
    return [
      ...new Set([
        convoyDir,
        ...configFiles,
        ...this.#host.referencedConfigs(),
        ...sourcePatterns,
        ...listed.filter(isBeside),
        ...missing,
        ...linked,
      ]),
    ];
  }

  changedOnDisk(): readonly string[] {
    const read = this.#host.changedOnDisk();
    const came = this.#host.sources
      .missingImports()
      .flatMap((file) => [file, `${file}/index`])
      .flatMap((file) => MODULE_EXTENSIONS.map((extension) => file + extension))
      .filter((file) => this.#system.fileExists(file));
    const linked = this.#host
      .linkedPackages()
      .flatMap(({ missing }) => missing)
      .flatMap((module) => this.#host.resolve(module) ?? []);
    return [...new Set([...read, ...came, ...linked])];
  }

  invalidate(files: readonly string[]): void {
    for (const file of files) this.#changed.add(file.replaceAll("\\", "/"));
  }

  readText(file: string): string | undefined {
    const absolute = `${this.project.root}/${file}`;
    const source =
      this.#host.program?.getSourceFile(absolute) ??
      this.#host.schemaProgram?.getSourceFile(absolute) ??
      this.#parsed.get(absolute);
    return source?.text ?? this.#system.readFile(absolute);
  }

  analyse(): Analysis {
    const changed = [...this.#changed];
    this.#changed.clear();
    try {
      return this.#analyse(changed);
    } catch (error) {
      // What was half read must be read again.
      this.#reset();
      throw error;
    }
  }

  #analyse(changed: readonly string[]): Analysis {
    const { configFiles } = this.#config;
    const tsconfigs = new Set([...configFiles, ...this.#host.referencedConfigs()]);
    const configChanged = changed.some((file) => tsconfigs.has(file));
    const missing = new Set(this.#host.sources.missingImports());
    const linked = this.#host.linkedPackages();
    const others = this.#cameOrWent(changed, missing, linked);
    const cameOrWent = others.length > 0;
    if (configChanged || cameOrWent) this.#config = this.#loadConfig();
    if (configChanged) this.#reset();
    else if (cameOrWent) this.#host.useFiles(this.#config);
    const concernsAll = this.#host.invalidate(changed);
    for (const file of changed) this.#parsed.delete(file);

    // A module of functions is opened for itself, unless it was missed; any other file for those that
    // import it.
    const mayBeImported =
      linked.some(({ folder }) => changed.includes(`${folder}/package.json`)) ||
      others.some(
        (file) => !isFunctionsModule(this.project, file) || missing.has(withoutExtension(file)),
      );
    if (mayBeImported) this.#host.resolveAnew();
    if (mayBeImported || concernsAll) this.#schema = null;
    const schema = this.#readSchema(changed);
    const broken = this.#syntaxErrors(this.#host.schemaProgram);
    if (broken.length > 0) return this.#failed(broken);
    if (schema.problems.length > 0)
      return this.#failed(this.#runRules({ schema, modules: [] }, null));

    const oldProgram = this.#host.program;
    const program = this.#host.openFunctions(schema);
    const errors = this.#syntaxErrors(program);
    if (errors.length > 0) return this.#failed(errors);

    const isSmallEdit =
      !cameOrWent && !concernsAll && this.#known?.schema === schema && oldProgram !== undefined;
    const { project } = this;
    const affected = isSmallEdit
      ? new AffectedFiles({ ts: this.#ts, program, oldProgram, project, changed })
      : null;
    const modules = this.#readModules(program, schema, affected);
    const facts: ProjectFacts = { schema, modules: [...modules.values()] };
    this.#known = { schema, modules };
    const diagnostics = this.#runRules(facts, affected);
    const files = hasSchemaErrors(diagnostics) ? null : this.#generate(facts);
    return { facts, files, diagnostics, bugs: this.#bugs };
  }

  #failed(diagnostics: readonly ConvoyDiagnostic[]): Analysis {
    this.#known = null;
    return { facts: null, files: null, diagnostics, bugs: this.#bugs };
  }

  /** The files that came or went, of those that the project is made of. */
  #cameOrWent(
    changed: readonly string[],
    missing: ReadonlySet<string>,
    linked: readonly LinkedPackage[],
  ): readonly string[] {
    const isKnown = (file: string) =>
      this.#host.program?.getSourceFile(file) !== undefined || this.#parsed.has(file);
    const others = changed.filter((file) => isKnown(file) !== this.#system.fileExists(file));
    if (others.length === 0) return others;
    const { ambientFiles, sourceFiles } = this.#loadConfig();
    const { convoyDir } = this.project;
    const listed = new Set([...ambientFiles, ...sourceFiles]);
    const lacking = linked
      .filter(({ missing: modules }) => modules.length > 0)
      .map(({ folder }) => ({ folder, isDeep: true }));
    return others.filter(
      (file) =>
        isKnown(file) ||
        missing.has(withoutExtension(file)) ||
        file.startsWith(`${convoyDir}/`) ||
        listed.has(file) ||
        lacking.some((one) => isOfPattern(one, file)),
    );
  }

  #loadConfig(): ProjectConfig {
    return loadProjectConfig({ ts: this.#ts, root: this.#root, system: this.#system });
  }

  #createHost(): TypeScriptHost {
    return new TypeScriptHost({
      ts: this.#ts,
      config: this.#config,
      system: this.#system,
      libraryFiles: this.#libraryFiles,
    });
  }

  #reset(): void {
    this.#host = this.#createHost();
    this.#known = null;
    this.#schema = null;
    this.#parsed.clear();
  }

  /** The schema's facts: the same object for as long as nothing that it is made of has changed. */
  #readSchema(changed: readonly string[]): SchemaFacts {
    const program = this.#host.schemaProgram;
    const isCurrent =
      this.#schema !== null &&
      this.#schema.problems.length === 0 &&
      !changed.some((file) => program?.getSourceFile(file) !== undefined);
    if (!isCurrent || this.#schema === null) this.#schema = this.#host.readSchema();
    return this.#schema;
  }

  #syntaxErrors(program: ts.Program | undefined): readonly ConvoyDiagnostic[] {
    return program ? syntaxErrors(this.#ts, program, this.project) : [];
  }

  /** Reads the modules that an edit may concern; all of them where that is unknown. */
  #readModules(
    program: ts.Program,
    schema: SchemaFacts,
    affected: AffectedFiles | null,
  ): ReadonlyMap<string, ModuleFacts> {
    if (!this.#known || !affected) return byFile(this.#host.readFunctions(schema));
    const modules = new Map(this.#known.modules);
    const rereading = new Rereading(program, this.project, affected);
    // A function whose types have changed concerns those that call it, and so on.
    for (let next = rereading.next(modules); next.size > 0; next = rereading.next(modules)) {
      for (const module of this.#host.readFunctions(schema, [...next.keys()], next)) {
        affected.addRead(modules.get(module.file), module);
        modules.set(module.file, module);
      }
    }
    return modules;
  }

  #generate(facts: ProjectFacts): ReadonlyMap<string, string> {
    return generate(facts, {
      project: this.project,
      emitsDeclarations: this.#config.emitsDeclarations,
      hasDrizzle: this.#config.hasDrizzle,
      readText: (file) => this.readText(file),
    });
  }

  #runRules(facts: ProjectFacts, affected: AffectedFiles | null): readonly ConvoyDiagnostic[] {
    const bugs: string[] = [];
    this.#bugs = bugs;
    const program = this.#host.program ?? this.#host.schemaProgram;
    if (!program) return [];
    return runRules({
      ts: this.#ts,
      project: this.project,
      facts,
      sourceFiles: this.#sourceFiles(program),
      checker: () => program.getTypeChecker(),
      ...(affected && {
        hasSameTypes: (file: ts.SourceFile) => !affected.has(file),
        before: affected,
      }),
      onBug: (error, rule, file) => void bugs.push(`${rule.code} ${file ?? ""}: ${String(error)}`),
    });
  }

  /** The project's own files: those in the program, and those outside `convoy/`, merely parsed. */
  #sourceFiles(program: ts.Program): readonly ts.SourceFile[] {
    const { root } = this.project;
    const own = program
      .getSourceFiles()
      .filter(
        ({ fileName }) => fileName.startsWith(`${root}/`) && !fileName.includes("/node_modules/"),
      );
    const seen = new Set(own.map(({ fileName }) => fileName));
    const others = this.#config.sourceFiles.filter(
      (file) => !seen.has(file) && file.startsWith(`${root}/`),
    );
    return [...own, ...others.flatMap((file) => this.#parse(file) ?? [])];
  }

  #parse(file: string): ts.SourceFile | null {
    let source = this.#parsed.get(file);
    if (!source) {
      const text = this.#system.readFile(file);
      if (text === undefined) return null;
      source = this.#ts.createSourceFile(file, text, this.#ts.ScriptTarget.Latest, true);
      this.#parsed.set(file, source);
    }
    return source;
  }
}

function byFile(modules: readonly ModuleFacts[]): ReadonlyMap<string, ModuleFacts> {
  return new Map(modules.map((module) => [module.file, module]));
}
