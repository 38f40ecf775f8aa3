import type ts from "typescript";
import { CallGraph } from "../../compiler/hosts/typescript/call-graph.js";
import {
  FunctionsReader,
  type KnownExports,
} from "../../compiler/hosts/typescript/functions-reader.js";
import { ImportGraph } from "../../compiler/hosts/typescript/import-graph.js";
import { untouchedStatements } from "../../compiler/hosts/typescript/untouched-statements.js";
import { includesAny } from "../../compiler/model/canonical.js";
import type {
  ExportFacts,
  FunctionFacts,
  ModuleFacts,
  SchemaFacts,
} from "../../compiler/model/facts.js";
import type { TypeFact } from "../../compiler/model/type-fact.js";
import type { ProjectLayout } from "../../compiler/project/layout.js";

/** What was read of a module, and what that depended on. */
interface KnownModule {
  readonly facts: ModuleFacts;
  readonly schema: SchemaFacts;
  readonly sourceFile: ts.SourceFile;
  /** The other files that its types come from. */
  readonly others: readonly ts.SourceFile[];
  /** Its imports, as they are written: where they are the same, so are {@link others}. */
  readonly imports: string;
  /** Where the statements of its exports began. */
  readonly starts: ReadonlyMap<string, number>;
}

/** Reads modules of functions from the programs of an editor: after an edit, what it touched. */
export class ModuleCache {
  readonly #ts: typeof ts;
  readonly #project: ProjectLayout;
  readonly #known = new Map<string, KnownModule>();

  constructor(typescript: typeof ts, project: ProjectLayout) {
    this.#ts = typescript;
    this.#project = project;
  }

  /**
   * @param modules the paths of all modules of functions.
   * @returns `null` where nothing was generated yet, without which functions have no types.
   */
  read(
    program: ts.Program,
    schema: SchemaFacts,
    sourceFile: ts.SourceFile,
    modules: readonly string[],
  ): ModuleFacts | null {
    const generated = this.#generatedFiles(program);
    if (generated === null) return null;
    const before = this.#known.get(sourceFile.fileName);
    const sameTypes =
      before?.schema === schema &&
      before.others.every((file) => program.getSourceFile(file.fileName) === file);
    if (sameTypes && before.sourceFile === sourceFile) return before.facts;

    const known = sameTypes ? this.#untouched(before, sourceFile) : undefined;
    const reader = new FunctionsReader({ ts: this.#ts, program, project: this.#project, schema });
    const read = reader.read(sourceFile.fileName, known);
    if (read === null) return null;
    const facts = this.#markCircular(program, read, modules);
    const imports = importsIn(sourceFile);
    this.#known.set(sourceFile.fileName, {
      facts,
      schema,
      sourceFile,
      others:
        sameTypes && before.imports === imports
          ? before.others
          : this.#otherFiles(program, generated, sourceFile),
      imports,
      starts: this.#startsOf(sourceFile),
    });
    return facts;
  }

  #otherFiles(
    program: ts.Program,
    generated: readonly ts.SourceFile[],
    sourceFile: ts.SourceFile,
  ): readonly ts.SourceFile[] {
    const graph = new ImportGraph(this.#ts, program, this.#project);
    return [...generated, ...graph.closureOf(sourceFile)].filter((file) => file !== sourceFile);
  }

  #generatedFiles(program: ts.Program): readonly ts.SourceFile[] | null {
    const at = (name: string) => program.getSourceFile(`${this.#project.generatedDir}/${name}`);
    const model = at("dataModel.ts");
    const server = at("server.ts");
    if (model === undefined || server === undefined) return null;
    const api = at("apiTypes.d.ts") ?? at("api.ts");
    return api === undefined ? [model, server] : [model, server, api];
  }

  /** The exports that an edit of their own file left as they were, with where they are now. */
  #untouched(before: KnownModule, after: ts.SourceFile): KnownExports | undefined {
    const { facts, sourceFile } = before;
    // The names of recursive types and the places of an `any` follow from the module as a whole.
    const isOne = Object.keys(facts.types).length > 0 || facts.functions.some((fn) => fn.circular);
    if (isOne) return undefined;
    const moved = new Map<string, number>();
    const options = { ts: this.#ts, before: sourceFile, after, concerned: [] };
    for (const [{ pos }, { exports }] of untouchedStatements(options)) {
      for (const name of exports) {
        const start = before.starts.get(name);
        if (start !== undefined) moved.set(name, pos - start);
      }
    }
    const kept = <Facts extends ExportFacts>(all: readonly Facts[]): Facts[] =>
      all.flatMap((one) => {
        const distance = moved.get(one.name);
        if (distance === undefined || one.span.file !== facts.file) return [];
        if (distance === 0) return one;
        return { ...one, span: { ...one.span, start: one.span.start + distance } };
      });
    return { functions: kept(facts.functions), otherExports: kept(facts.otherExports) };
  }

  /**
   * Numbers, not nodes: the parser of an editor takes nodes over into the next file and moves them
   * there. Asking now also has the texts of the statements remembered, which an edit moves as well.
   */
  #startsOf(sourceFile: ts.SourceFile): ReadonlyMap<string, number> {
    const options = { ts: this.#ts, before: sourceFile, after: sourceFile, concerned: [] };
    return new Map(
      [...untouchedStatements(options)].flatMap(([{ pos }, { exports }]) =>
        exports.map((name) => [name, pos] as const),
      ),
    );
  }

  /** What `TypeScriptHost` does with the modules of a project, for one of them. */
  #markCircular(program: ts.Program, module: ModuleFacts, files: readonly string[]): ModuleFacts {
    const isSuspect = (fn: FunctionFacts) => !fn.circular && !fn.hasReturns && holdsAny(fn.result);
    if (!module.functions.some(isSuspect)) return module;
    const calls = new CallGraph({ ts: this.#ts, program, project: this.#project, files });
    const functions = module.functions.map((fn) =>
      isSuspect(fn) && calls.reachesItself(fn.path)
        ? { ...fn, circular: true, result: { kind: "any" } as const }
        : fn,
    );
    return { ...module, functions };
  }
}

/** What every program finds in a file; TypeScript's own types leave it out. */
function importsIn(file: ts.SourceFile & { readonly imports?: readonly ts.StringLiteralLike[] }) {
  return (file.imports ?? []).map(({ text }) => text).join("\n");
}

const results = new WeakMap<TypeFact, boolean>();

/** After an edit, the results of most functions are those of before. */
function holdsAny(result: TypeFact): boolean {
  let known = results.get(result);
  if (known === undefined) results.set(result, (known = includesAny(result)));
  return known;
}
