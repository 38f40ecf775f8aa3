import type ts from "typescript";
import type { ProjectLayout } from "../../project/layout.js";
import { fileReferences } from "./references.js";

/** Which files beside packages and generated ones a file depends on: of its project, of a monorepo. */
export class ImportGraph {
  readonly #ts: typeof ts;
  readonly #program: ts.Program;
  readonly #project: ProjectLayout;
  readonly #closures = new Map<ts.SourceFile, ReadonlySet<ts.SourceFile>>();

  constructor(typescript: typeof ts, program: ts.Program, project: ProjectLayout) {
    this.#ts = typescript;
    this.#program = program;
    this.#project = project;
  }

  /** `file` and all that it imports, directly or not. */
  closureOf(file: ts.SourceFile): ReadonlySet<ts.SourceFile> {
    const known = this.#closures.get(file);
    if (known) return known;
    const closure = new Set<ts.SourceFile>();
    const pending = [file];
    for (let next = pending.pop(); next; next = pending.pop()) {
      if (closure.has(next)) continue;
      closure.add(next);
      pending.push(...this.#importsOf(next));
    }
    this.#closures.set(file, closure);
    return closure;
  }

  /** Whether something that `file` imports imports `file`. */
  importsItself(file: ts.SourceFile): boolean {
    return this.#importsOf(file).some((imported) => this.closureOf(imported).has(file));
  }

  #importsOf(file: ts.SourceFile): readonly ts.SourceFile[] {
    const checker = this.#program.getTypeChecker();
    return fileReferences(this.#ts, file).specifiers.flatMap((specifier) => {
      const declarations = checker.getSymbolAtLocation(specifier)?.declarations ?? [];
      return declarations.flatMap((declaration) => {
        const target = declaration.getSourceFile();
        return this.#isOwn(target) ? target : [];
      });
    });
  }

  #isOwn(file: ts.SourceFile): boolean {
    return (
      !file.fileName.startsWith(`${this.#project.generatedDir}/`) &&
      !file.fileName.includes("/node_modules/")
    );
  }
}
