import type ts from "typescript";
import type { SchemaFacts } from "../../compiler/model/facts.js";
import type { Guard } from "../guard.js";
import { EditorProject } from "./editor-project.js";
import type { GeneratedOverlay } from "./generated-overlay.js";
import type { LayoutFinder } from "./find-layout.js";
import type { EditorSchema } from "./schema-cache.js";

/** One file of a Convoy project, as the editor has it at the moment of a request. */
export interface View {
  readonly ts: typeof ts;
  readonly program: ts.Program;
  /** For files that the program does not have. */
  readonly host: Pick<ts.LanguageServiceHost, "fileExists" | "readFile">;
  readonly guard: Guard;
  readonly sourceFile: ts.SourceFile;
  readonly project: EditorProject;
  /** `null` where there is none to be read: a client's program, or a syntax error from the start. */
  readonly schema: SchemaFacts | null;
  /** The schema has syntax errors now; {@link schema} is from before. */
  readonly isSchemaBroken: boolean;
  /** Whether this is the project of a file, be that in `convoy/` or not. */
  isOwn(file: ts.SourceFile): boolean;
}

/** New types may make the schema say something new, but hardly twice. */
const maxRounds = 3;

export interface ViewsOptions {
  readonly ts: typeof ts;
  /** The language service without our plugin. */
  readonly service: ts.LanguageService;
  readonly host: View["host"];
  readonly guard: Guard;
  readonly layouts: LayoutFinder;
  readonly overlay: GeneratedOverlay;
}

/** Looks at files for the features of the plugin. */
export class Views {
  readonly #o: ViewsOptions;
  readonly #projects = new Map<string, EditorProject>();
  /** An editor asks several things of a file before the next key. */
  readonly #views = new WeakMap<ts.Program, Map<string, View | null>>();

  constructor(options: ViewsOptions) {
    this.#o = options;
  }

  /** `null` for files of no Convoy project. */
  of(fileName: string): View | null {
    const program = this.#o.service.getProgram();
    if (!program) return null;
    const known = this.#views.get(program)?.get(fileName);
    if (known !== undefined) return known;
    const view = this.#look(program, fileName);
    const current = view?.program ?? program;
    const views = this.#views.get(current) ?? new Map<string, View | null>();
    this.#views.set(current, views.set(fileName, view));
    return view;
  }

  #look(current: ts.Program, fileName: string): View | null {
    const { ts: typescript, service, host, guard, layouts } = this.#o;
    let program = current;
    const layout = layouts.find(program, fileName);
    if (!layout) return null;
    const project = this.#projectAt(layout.root);
    let schema = this.#readSchema(program, project);
    for (let round = 1; round < maxRounds && this.#overlay(program, project, schema); round++) {
      program = service.getProgram() ?? program;
      schema = this.#readSchema(program, project);
    }
    const sourceFile = program.getSourceFile(fileName);
    if (sourceFile === undefined) return null;
    // Has every file bound, so that nodes know their parents.
    program.getTypeChecker();
    return {
      ts: typescript,
      program,
      host,
      guard,
      sourceFile,
      project,
      schema: schema?.facts ?? null,
      isSchemaBroken: schema?.isOld ?? false,
      isOwn: (file) => layouts.find(program, file.fileName) === layout,
    };
  }

  #readSchema(program: ts.Program, project: EditorProject): EditorSchema | null {
    const { schemaFile } = project.layout;
    const hasSchema = program.getSourceFile(schemaFile) !== undefined;
    // Functions without a schema are a project whose schema is missing; a client has neither.
    return hasSchema || project.files.modules(program).length > 0
      ? project.schema.read(program)
      : null;
  }

  /** Has the next program see the types of this schema; whether that needs a new program. */
  #overlay(program: ts.Program, project: EditorProject, schema: EditorSchema | null): boolean {
    if (schema === null || schema.isOld || !this.#hasStrictTypes(program)) return false;
    const text = project.dataModel(program, schema.facts);
    const file = `${project.layout.generatedDir}/dataModel.ts`;
    return text !== null && this.#o.overlay.set(program, file, text);
  }

  #projectAt(root: string): EditorProject {
    let project = this.#projects.get(root);
    if (project === undefined) {
      project = new EditorProject(this.#o.ts, this.#o.layouts.at(root));
      this.#projects.set(root, project);
    }
    return project;
  }

  /** Laxer null checks lose what the generated code says of fields that may be absent. */
  #hasStrictTypes(program: ts.Program): boolean {
    const { strict, strictNullChecks } = program.getCompilerOptions();
    // TypeScript 6 is strict unless told otherwise.
    const byDefault = strict ?? Number.parseInt(this.#o.ts.version, 10) >= 6;
    return strictNullChecks ?? byDefault;
  }
}
