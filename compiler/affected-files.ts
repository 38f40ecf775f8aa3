import type ts from "typescript";
import { ImportGraph } from "./hosts/typescript/import-graph.js";
import { fileReferences, mayRefer } from "./hosts/typescript/references.js";
import type { ModuleFacts } from "./model/facts.js";
import type { ProjectLayout } from "./project/layout.js";

export interface AffectedFilesOptions {
  readonly ts: typeof ts;
  readonly program: ts.Program;
  readonly project: ProjectLayout;
  /** Absolute paths of the files whose text has changed. */
  readonly changed: readonly string[];
}

/**
 * The files in which some expression may have another type than before an edit: those that import
 * what has changed, and those that call functions whose types have.
 */
export class AffectedFiles {
  readonly #ts: typeof ts;
  readonly #graph: ImportGraph;
  readonly #changed: ReadonlySet<string>;
  readonly #different: (readonly string[])[] = [];

  constructor(options: AffectedFilesOptions) {
    this.#ts = options.ts;
    this.#graph = new ImportGraph(options.ts, options.program, options.project);
    this.#changed = new Set(options.changed);
  }

  /** Says that the types of this module's functions differ from before. */
  addDifferent(module: ModuleFacts): void {
    this.#different.push(module.path.split("/"));
  }

  has(file: ts.SourceFile): boolean {
    for (const source of this.#graph.closureOf(file)) {
      if (this.#changed.has(source.fileName)) return true;
      const { api } = fileReferences(this.#ts, source);
      if (this.#different.some((module) => api.some((use) => mayRefer(use, module)))) return true;
    }
    return false;
  }
}
