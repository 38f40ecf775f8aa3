import path from "node:path";
import type ts from "typescript";
import type { ProjectLayout } from "../../project/layout.js";
import { withoutExtension } from "./module-file.js";
import { fileReferences } from "./references.js";

/** The sources in some programs, those of packages and generated ones left out. */
export class OwnSources {
  readonly #ts: typeof ts;
  readonly #project: ProjectLayout;
  readonly #files: readonly ts.SourceFile[];

  constructor(typescript: typeof ts, programs: readonly ts.Program[], project: ProjectLayout) {
    this.#ts = typescript;
    this.#project = project;
    this.#files = programs.flatMap((program) =>
      program
        .getSourceFiles()
        .filter(
          (file) =>
            !file.fileName.includes("/node_modules/") &&
            !this.#isGenerated(file.fileName) &&
            !program.isSourceFileDefaultLibrary(file),
        ),
    );
  }

  /** Their absolute paths. */
  files(): readonly string[] {
    return [...new Set(this.#files.map(({ fileName }) => fileName))];
  }

  /** What they import from files that are not there: absolute paths, without extensions. */
  missingImports(): readonly string[] {
    const there = new Set(this.#files.map(({ fileName }) => withoutExtension(fileName)));
    const imported = this.#files.flatMap((source) =>
      fileReferences(this.#ts, source)
        .specifiers.filter(({ text }) => text.startsWith("."))
        .map(({ text }) => path.posix.join(path.posix.dirname(source.fileName), text)),
    );
    return [...new Set(imported.map(withoutExtension))].filter(
      (file) => !there.has(file) && !this.#isGenerated(file),
    );
  }

  #isGenerated(file: string): boolean {
    const { generatedDir } = this.#project;
    return file === generatedDir || file.startsWith(`${generatedDir}/`);
  }
}
