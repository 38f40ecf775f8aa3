import type ts from "typescript";
import { ImportGraph } from "../../compiler/hosts/typescript/import-graph.js";
import { readSchema } from "../../compiler/hosts/typescript/schema-reader.js";
import type { SchemaFacts } from "../../compiler/model/facts.js";
import type { ProjectLayout } from "../../compiler/project/layout.js";
import type { ProjectFiles } from "./project-files.js";

/** What was read of a schema, and what that depended on. */
interface KnownSchema {
  readonly facts: SchemaFacts;
  /** The schema and what it imports from the project. */
  readonly files: readonly ts.SourceFile[];
  /** The names that `defineRef` takes, as the generated code has them. */
  readonly tableNames: string | null;
  readonly revision: number;
}

/** The schema as an editor has it. */
export interface EditorSchema {
  readonly facts: SchemaFacts;
  /** A file of the schema has syntax errors: these are the facts from before. */
  readonly isOld: boolean;
}

/** What was answered, and the names of the files on which that depends. */
interface KnownAnswer {
  readonly schema: EditorSchema | null;
  readonly files: readonly string[];
  readonly revision: number;
}

/** Reads a project's schema from the programs of an editor, and only when it has changed. */
export class SchemaCache {
  readonly #ts: typeof ts;
  readonly #project: ProjectLayout;
  readonly #files: ProjectFiles;
  #known: KnownSchema | null = null;
  /** The last facts that a schema without syntax errors gave. */
  #sound: SchemaFacts | null = null;
  #answer: KnownAnswer | null = null;

  constructor(typescript: typeof ts, project: ProjectLayout, files: ProjectFiles) {
    this.#ts = typescript;
    this.#project = project;
    this.#files = files;
  }

  /** The files that the schema was last read from. */
  get files(): readonly ts.SourceFile[] {
    return this.#known?.files ?? [];
  }

  /** `null` where a syntax error has kept the schema from being read from the start. */
  read(program: ts.Program): EditorSchema | null {
    const revision = this.#files.revision(program);
    const before = this.#answer;
    if (before !== null && this.#files.areSame(before.files, before.revision)) return before.schema;
    const schema = this.#look(program);
    const { schemaFile, generatedDir } = this.#project;
    const files = [schemaFile, `${generatedDir}/dataModel.ts`];
    for (const { fileName } of this.files) files.push(fileName);
    this.#answer = { schema, files, revision };
    return schema;
  }

  #look(program: ts.Program): EditorSchema | null {
    // Half a statement says nothing of a schema, so it need not be read.
    let isBroken = this.#isBroken(program);
    if (!isBroken) {
      if (!this.#isCurrent(program)) {
        this.#read(program);
        isBroken = this.#isBroken(program);
      }
      if (!isBroken) this.#sound = this.#known!.facts;
    }
    return (
      this.#sound && {
        facts: this.#sound,
        isOld: this.#sound !== this.#known?.facts || isBroken,
      }
    );
  }

  #isBroken(program: ts.Program): boolean {
    const files = this.#known?.files.map(({ fileName }) => fileName) ?? [this.#project.schemaFile];
    return files.some((fileName) => {
      const file = program.getSourceFile(fileName);
      return file !== undefined && hasSyntaxErrors(program, file);
    });
  }

  #isCurrent(program: ts.Program): boolean {
    const known = this.#known;
    return (
      known !== null &&
      this.#files.areSame(
        known.files.map(({ fileName }) => fileName),
        known.revision,
      ) &&
      known.tableNames === tableNamesIn(program, this.#project)
    );
  }

  #read(program: ts.Program): void {
    const file = program.getSourceFile(this.#project.schemaFile);
    const graph = new ImportGraph(this.#ts, program, this.#project);
    this.#known = {
      facts: readSchema(this.#ts, program, this.#project),
      files: file === undefined ? [] : [...graph.closureOf(file)],
      tableNames: tableNamesIn(program, this.#project),
      revision: this.#files.revision(program),
    };
  }
}

const broken = new WeakMap<ts.SourceFile, boolean>();

/** Asked at every key, of files that hardly ever change. */
function hasSyntaxErrors(program: ts.Program, file: ts.SourceFile): boolean {
  let known = broken.get(file);
  if (known === undefined) {
    known = program.getSyntacticDiagnostics(file).length > 0;
    broken.set(file, known);
  }
  return known;
}

const tableNames = new WeakMap<ts.SourceFile, string>();

function tableNamesIn(program: ts.Program, project: ProjectLayout): string | null {
  const file = program.getSourceFile(`${project.generatedDir}/dataModel.ts`);
  if (file === undefined) return null;
  let names = tableNames.get(file);
  if (names === undefined) {
    names = /^export type TableNames =[^;]*;/m.exec(file.text)?.[0] ?? "";
    tableNames.set(file, names);
  }
  return names;
}
