import type ts from "typescript";
import { CallGraph } from "../../compiler/hosts/typescript/call-graph.js";
import {
  FunctionsReader,
  type KnownExports,
} from "../../compiler/hosts/typescript/functions-reader.js";
import { ImportGraph } from "../../compiler/hosts/typescript/import-graph.js";
import { includesAny } from "../../compiler/model/canonical.js";
import type {
  ExportFacts,
  FunctionFacts,
  ModuleFacts,
  SchemaFacts,
} from "../../compiler/model/facts.js";
import {
  isFunctionsModule,
  type ProjectLayout,
  relativeToRoot,
} from "../../compiler/project/layout.js";
import type { FoundInStatements } from "../../compiler/rules/rule-run.js";
import { keepStatements } from "../../compiler/syntax/file-syntax.js";
import { followFindings } from "./follow-findings.js";
import {
  followEdit,
  type FollowedEdit,
  type FollowedStatement,
  openStatements,
} from "./followed-statements.js";
import type { ProjectFiles } from "./project-files.js";

/** What was read of a file. */
export interface FileReading {
  /** `null` for a file that is no module of functions. */
  readonly facts: ModuleFacts | null;
  /** What rules found in the statements that did not change since, for them to go on with. */
  readonly found: FoundInStatements;
}

/** A reading, and what it depended on. */
interface KnownFile extends FileReading {
  /** The facts without the circles that go through other modules, whose files may be none of {@link others}. */
  readonly unmarked: ModuleFacts | null;
  readonly schema: SchemaFacts;
  readonly sourceFile: ts.SourceFile;
  /**
   * The names of the other files that its types come from. Its own is among them where one of them
   * imports it: what an edit of it concerns cannot be told from it alone.
   */
  readonly others: readonly string[];
  /** The files as they were: see {@link ProjectFiles.revision}. */
  readonly revision: number;
  /** Its imports, as they are written: where they are the same, so are {@link others}. */
  readonly imports: string;
  readonly statements: readonly FollowedStatement[];
}

/** Reads files from the programs of an editor: after an edit, the statements that it touched. */
export class FileCache {
  readonly #ts: typeof ts;
  readonly #project: ProjectLayout;
  readonly #files: ProjectFiles;
  readonly #known = new Map<string, KnownFile>();

  constructor(typescript: typeof ts, project: ProjectLayout, files: ProjectFiles) {
    this.#ts = typescript;
    this.#project = project;
    this.#files = files;
  }

  /** `null` where nothing was generated yet, without which functions have no types. */
  read(program: ts.Program, schema: SchemaFacts, sourceFile: ts.SourceFile): FileReading | null {
    const before = this.#known.get(sourceFile.fileName);
    const revision = this.#files.revision(program);
    const isSame = before?.sourceFile === sourceFile && before.schema === schema;
    if (isSame && before.revision === revision) return before;
    const sameTypes =
      before?.schema === schema && this.#files.areSame(before.others, before.revision);
    if (sameTypes && before.sourceFile === sourceFile) {
      return { facts: this.#markCircular(program, before.unmarked), found: before.found };
    }
    if (!sameTypes && this.#generatedFiles(program) === null) return null;

    // What is known is changed in place: a fault on the way leaves nothing of it behind.
    this.#known.delete(sourceFile.fileName);
    const edit = sameTypes
      ? followEdit(this.#ts, before.statements, before.sourceFile, sourceFile)
      : openStatements(this.#ts, sourceFile);
    keepStatements(
      sourceFile,
      edit.stayed.flatMap(({ node, before: twin }) => (node === twin ? node : [])),
    );
    const known = sameTypes ? exportsAfter(before, edit) : undefined;
    const unmarked = this.#readFacts(program, schema, sourceFile, known);
    const found: FoundInStatements = sameTypes ? before.found : new Map();
    followFindings(found, edit, this.#relative(sourceFile));
    const imports = importsIn(sourceFile);
    const reading = {
      facts: this.#markCircular(program, unmarked),
      unmarked,
      found,
      schema,
      sourceFile,
      others:
        sameTypes && before.imports === imports
          ? before.others
          : this.#otherFiles(program, sourceFile),
      revision,
      imports,
      statements: edit.statements,
    };
    this.#known.set(sourceFile.fileName, reading);
    return reading;
  }

  /** Whether the module in a file exports functions, whoever made them. */
  hasFunctions(program: ts.Program, schema: SchemaFacts, fileName: string): boolean {
    return this.#reader(program, schema).hasFunctions(fileName);
  }

  #relative({ fileName }: ts.SourceFile): string {
    return relativeToRoot(this.#project, fileName);
  }

  #readFacts(
    program: ts.Program,
    schema: SchemaFacts,
    { fileName }: ts.SourceFile,
    known: KnownExports | undefined,
  ): ModuleFacts | null {
    if (!isFunctionsModule(this.#project, fileName)) return null;
    return this.#reader(program, schema).read(fileName, known);
  }

  #reader(program: ts.Program, schema: SchemaFacts): FunctionsReader {
    const [typescript, project] = [this.#ts, this.#project];
    return new FunctionsReader({ ts: typescript, program, project, schema, docs: false });
  }

  #otherFiles(program: ts.Program, sourceFile: ts.SourceFile): readonly string[] {
    const graph = new ImportGraph(this.#ts, program, this.#project);
    const generated = this.#generatedFiles(program) ?? [];
    const all = [...generated, ...graph.closureOf(sourceFile)];
    const others = graph.importsItself(sourceFile) ? all : all.filter((one) => one !== sourceFile);
    return others.map(({ fileName }) => fileName);
  }

  #generatedFiles(program: ts.Program): readonly ts.SourceFile[] | null {
    const at = (name: string) => program.getSourceFile(`${this.#project.generatedDir}/${name}`);
    const model = at("dataModel.ts");
    const server = at("server.ts");
    if (model === undefined || server === undefined) return null;
    const api = at("apiTypes.d.ts") ?? at("api.ts");
    return api === undefined ? [model, server] : [model, server, api];
  }

  /** What `TypeScriptHost` does with the modules of a project, for one of them. */
  #markCircular(program: ts.Program, module: ModuleFacts | null): ModuleFacts | null {
    const isSuspect = (fn: FunctionFacts) =>
      !fn.circular && !fn.hasReturns && includesAny(fn.result);
    if (!module?.functions.some(isSuspect)) return module;
    const files = this.#files.modules(program).map(({ fileName }) => fileName);
    const calls = new CallGraph({ ts: this.#ts, program, project: this.#project, files });
    const functions = module.functions.map((fn) =>
      isSuspect(fn) && calls.reachesItself(fn.path)
        ? { ...fn, circular: true, result: { kind: "any" } as const }
        : fn,
    );
    return { ...module, functions };
  }
}

/** The exports that an edit of their own file left as they were, with where they are now. */
function exportsAfter(
  { facts }: KnownFile,
  { stayed, sameFrames }: FollowedEdit,
): KnownExports | undefined {
  // The names of recursive types and the places of an `any` follow from the module as a whole.
  const isOne =
    facts === null ||
    Object.keys(facts.types).length > 0 ||
    facts.functions.some(({ circular }) => circular);
  if (isOne) return undefined;
  const distances = new Map<string, number>();
  for (const { exports, distance } of stayed) {
    for (const name of exports) if (!distances.has(name)) distances.set(name, distance);
  }
  const kept = <Facts extends ExportFacts>(all: readonly Facts[]): Facts[] =>
    all.flatMap((one) => {
      const distance = distances.get(one.name);
      if (distance === undefined || one.span.file !== facts.file) return [];
      if (distance === 0) return one;
      return { ...one, span: { ...one.span, start: one.span.start + distance } };
    });
  return {
    functions: kept(facts.functions),
    otherExports: kept(facts.otherExports),
    butResult: facts.functions.filter(({ name }) => sameFrames.has(name)),
  };
}

/** What every program finds in a file; TypeScript's own types leave it out. */
function importsIn(file: ts.SourceFile & { readonly imports?: readonly ts.StringLiteralLike[] }) {
  return (file.imports ?? []).map(({ text }) => text).join("\n");
}
