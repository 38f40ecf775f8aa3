import type ts from "typescript";
import { ImportGraph } from "./hosts/typescript/import-graph.js";
import { type ApiReference, fileReferences, mayRefer } from "./hosts/typescript/references.js";
import {
  type UntouchedStatement,
  untouchedStatements,
} from "./hosts/typescript/untouched-statements.js";
import type { FunctionFacts, ModuleFacts } from "./model/facts.js";
import type { ProjectLayout } from "./project/layout.js";

export interface AffectedFilesOptions {
  readonly ts: typeof ts;
  readonly program: ts.Program;
  /** The program from before the edit. */
  readonly oldProgram: ts.Program;
  readonly project: ProjectLayout;
  /** Absolute paths of the files whose text has changed. */
  readonly changed: readonly string[];
}

interface UntouchedStatements {
  /** How many functions were known to differ. */
  readonly differences: number;
  readonly statements: ReadonlyMap<ts.Statement, UntouchedStatement>;
}

/**
 * The files in which some expression may have another type than before an edit: those that import
 * what has changed, and those that call functions whose types have.
 */
export class AffectedFiles {
  readonly #ts: typeof ts;
  readonly #oldProgram: ts.Program;
  readonly #graph: ImportGraph;
  readonly #changed: ReadonlySet<string>;
  readonly #different: (readonly string[])[] = [];
  readonly #untouched = new Map<ts.SourceFile, UntouchedStatements>();

  constructor(options: AffectedFilesOptions) {
    this.#ts = options.ts;
    this.#oldProgram = options.oldProgram;
    this.#graph = new ImportGraph(options.ts, options.program, options.project);
    this.#changed = new Set(options.changed);
  }

  /** Says that a module was read again: functions that differ from before concern their callers. */
  addRead(before: ModuleFacts | undefined, after: ModuleFacts): void {
    const path = after.path.split("/");
    for (const name of differentFunctions(before, after)) this.#different.push([...path, name]);
  }

  has(file: ts.SourceFile): boolean {
    for (const source of this.#graph.closureOf(file)) if (this.#isConcerned(source)) return true;
    return false;
  }

  /**
   * The exports of a file whose types are nevertheless as they were before the edit, each with how
   * far it has moved in the text. None where that cannot be told from the file by itself.
   */
  untouchedExports(file: ts.SourceFile): ReadonlyMap<string, number> {
    const distances = new Map<string, number>();
    for (const [{ pos }, { before, exports }] of this.#untouchedIn(file)) {
      for (const name of exports) {
        if (!distances.has(name)) distances.set(name, pos - before.pos);
      }
    }
    return distances;
  }

  /** The checker from before the edit. */
  readonly checker = (): ts.TypeChecker => this.#oldProgram.getTypeChecker();

  /** The statement from before the edit whose expressions had the types that those of `node` have. */
  statementOf(node: ts.Statement): ts.Statement | null {
    return this.#untouchedIn(node.getSourceFile()).get(node)?.before ?? null;
  }

  #untouchedIn(file: ts.SourceFile): UntouchedStatements["statements"] {
    const differences = this.#different.length;
    let known = this.#untouched.get(file);
    if (known?.differences !== differences) {
      known = { differences, statements: this.#findUntouched(file) };
      this.#untouched.set(file, known);
    }
    return known.statements;
  }

  #findUntouched(file: ts.SourceFile): UntouchedStatements["statements"] {
    const before = this.#oldProgram.getSourceFile(file.fileName);
    const others = [...this.#graph.closureOf(file)].filter((source) => source !== file);
    if (!before || this.#graph.importsItself(file) || others.some((one) => this.#isConcerned(one)))
      return new Map();
    const concerned = fileReferences(this.#ts, file).api.filter((use) => this.#isDifferent(use));
    const untouched = untouchedStatements({
      ts: this.#ts,
      before,
      after: file,
      concerned: concerned.map(({ position }) => position),
    });
    return new Map(untouched.map((statement) => [statement.node, statement]));
  }

  #isConcerned(file: ts.SourceFile): boolean {
    return (
      this.#changed.has(file.fileName) ||
      fileReferences(this.#ts, file).api.some((use) => this.#isDifferent(use))
    );
  }

  #isDifferent(use: ApiReference): boolean {
    return this.#different.some((path) => mayRefer(use, path));
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
