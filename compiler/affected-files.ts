import type ts from "typescript";
import { ImportGraph } from "./hosts/typescript/import-graph.js";
import { fileReferences, mayRefer } from "./hosts/typescript/references.js";
import type { FunctionFacts, ModuleFacts } from "./model/facts.js";
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

  /** Says that a module was read again: functions that differ from before concern their callers. */
  addRead(before: ModuleFacts | undefined, after: ModuleFacts): void {
    const path = after.path.split("/");
    for (const name of differentFunctions(before, after)) this.#different.push([...path, name]);
  }

  has(file: ts.SourceFile): boolean {
    for (const source of this.#graph.closureOf(file)) {
      if (this.#changed.has(source.fileName)) return true;
      const { api } = fileReferences(this.#ts, source);
      if (this.#different.some((path) => api.some((use) => mayRefer(use, path)))) return true;
    }
    return false;
  }
}

/** The names of the functions that a caller sees otherwise than before: new, gone or of other types. */
function differentFunctions(
  before: ModuleFacts | undefined,
  after: ModuleFacts,
): readonly string[] {
  const old = new Map((before?.functions ?? []).map((facts) => [facts.name, facts]));
  const names = new Set([...old.keys(), ...after.functions.map(({ name }) => name)]);
  // Recursive types belong to the module as a whole.
  if (JSON.stringify(before?.types) !== JSON.stringify(after.types)) return [...names];
  for (const facts of after.functions) {
    const known = old.get(facts.name);
    if (known && typesOf(known) === typesOf(facts)) names.delete(facts.name);
  }
  return [...names];
}

/** What a caller can see of a function: all but its position and its comment. */
function typesOf({ span: _span, doc: _doc, ...rest }: FunctionFacts): string {
  return JSON.stringify(rest);
}
