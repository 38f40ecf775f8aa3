import path from "node:path";
import type ts from "typescript";
import { withoutExtension } from "./module-file.js";

/** What a file declares for others that do not import it. */
interface Declared {
  /** Of types and values. */
  readonly names: readonly string[];
  /** Modules that it declares or extends: by their names, files by their absolute paths. */
  readonly modules: readonly string[];
  /** The files of those that are there. */
  readonly extended: readonly string[];
}

const nothing: Declared = { names: [], modules: [], extended: [] };

export interface GlobalSourcesOptions {
  readonly ts: typeof ts;
  readonly system: ts.System;
  readonly options: ts.CompilerOptions;
  /** The project's files that are no declaration files. */
  readonly files: readonly string[];
}

/**
 * The files of a project that declare something for all others: `declare global`, `declare module`,
 * scripts. An editor has them in its program, since the tsconfig names them; the analysis opens those
 * alone whose names occur in what it reads, since each may import a whole application.
 */
export class GlobalSources {
  readonly #ts: typeof ts;
  readonly #system: ts.System;
  readonly #options: ts.CompilerOptions;
  readonly #files: readonly string[];
  readonly #declared = new Map<string, Declared>();
  readonly #found = new Set<string>();

  constructor(options: GlobalSourcesOptions) {
    this.#ts = options.ts;
    this.#system = options.system;
    this.#options = options.options;
    this.#files = options.files;
  }

  /** Those that were needed before. */
  get found(): readonly string[] {
    return [...this.#found];
  }

  /** Forgets what was read of these files (absolute paths). */
  invalidate(files: readonly string[]): void {
    for (const file of files) {
      this.#declared.delete(file);
      this.#found.delete(file);
    }
  }

  /** Whether the types of files that do not import this one may come from it. */
  declaresForAll(file: string): boolean {
    return declarationFile.test(file) || this.#declaredBy(file) !== nothing;
  }

  /** Whether a program lacks files that declare what its own files name. They are in {@link found} then. */
  lackedBy(program: ts.Program): boolean {
    const missing = this.#files.filter(
      (file) =>
        !this.#found.has(file) &&
        !program.getSourceFile(file) &&
        this.#declaredBy(file) !== nothing,
    );
    if (missing.length === 0) return false;
    const own = program
      .getSourceFiles()
      .filter(({ fileName }) => !fileName.includes("/node_modules/"));
    const texts = own.map(({ text }) => text);
    const modules = new Set(own.map(({ fileName }) => withoutExtension(fileName)));
    const lacking = missing.filter((file) => {
      const declared = this.#declaredBy(file);
      return (
        declared.extended.some((extended) => program.getSourceFile(extended) !== undefined) ||
        declared.modules.some((name) => modules.has(name) || texts.some(importing(name))) ||
        declared.names.some((name) => texts.some(naming(name)))
      );
    });
    for (const file of lacking) this.#found.add(file);
    return lacking.length > 0;
  }

  #declaredBy(file: string): Declared {
    let declared = this.#declared.get(file);
    if (!declared) this.#declared.set(file, (declared = this.#read(file)));
    return declared;
  }

  #read(file: string): Declared {
    const text = this.#system.readFile(file) ?? "";
    const isModule = /^\s*(?:import|export)\b/m.test(text);
    if (isModule && !/\bdeclare\s+(?:global|module)\b/.test(text)) return nothing;
    const source = this.#ts.createSourceFile(file, text, this.#ts.ScriptTarget.Latest);
    const blocks = source.statements.filter(this.#ts.isModuleDeclaration);
    const global = blocks.filter(({ name }) => name.text === "global");
    const named = blocks.flatMap(({ name }) => (this.#ts.isStringLiteral(name) ? name.text : []));
    const names = (isModule ? global : source.statements)
      .flatMap((statement) => this.#namesOf(statement))
      .filter((name) => name !== "global");
    const modules = named.map((name) =>
      name.startsWith(".")
        ? withoutExtension(path.posix.join(path.posix.dirname(file), name))
        : name,
    );
    if (names.length + modules.length === 0) return nothing;
    // By an alias, or of a package that others import: nobody need name what it names.
    const extended = named.flatMap((name) => this.#resolve(name, file) ?? []);
    return { names, modules, extended };
  }

  #resolve(module: string, file: string): string | undefined {
    return this.#ts.resolveModuleName(module, file, this.#options, this.#system).resolvedModule
      ?.resolvedFileName;
  }

  /** What a file that depends on the statement must name: a type, or a member that one gets here. */
  #namesOf(statement: ts.Statement): readonly string[] {
    const ts = this.#ts;
    const nameOf = ({ name }: ts.NamedDeclaration) =>
      name && (ts.isIdentifier(name) || ts.isStringLiteral(name)) ? [name.text] : [];
    if (ts.isVariableStatement(statement)) {
      return statement.declarationList.declarations.flatMap(nameOf);
    }
    const own = nameOf(statement as ts.DeclarationStatement);
    if (ts.isInterfaceDeclaration(statement)) return [...own, ...statement.members.flatMap(nameOf)];
    if (!ts.isModuleDeclaration(statement) || !statement.body) return own;
    const inner = ts.isModuleBlock(statement.body)
      ? statement.body.statements
      : [statement.body as ts.NamespaceDeclaration];
    return [...own, ...inner.flatMap((one) => this.#namesOf(one))];
  }
}

const declarationFile = /\.d\.[cm]?ts$/;

function naming(name: string): (text: string) => boolean {
  const word = new RegExp(`(?<![\\w$])${name.replaceAll(/[^\w]/g, "\\$&")}(?![\\w$])`);
  return (text) => word.test(text);
}

function importing(module: string): (text: string) => boolean {
  return (text) => text.includes(`"${module}"`) || text.includes(`'${module}'`);
}
