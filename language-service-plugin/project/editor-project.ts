import type ts from "typescript";
import type { SchemaFacts } from "../../compiler/model/facts.js";
import { printDataModel } from "../../compiler/printers/data-model.js";
import type { ProjectLayout } from "../../compiler/project/layout.js";
import { hasSchemaErrors, runRules } from "../../compiler/rules/run.js";
import { FileCache } from "./file-cache.js";
import { ProjectFiles } from "./project-files.js";
import { SchemaCache } from "./schema-cache.js";

/** What is kept of one Convoy project, from one request of the editor to the next. */
export class EditorProject {
  readonly layout: ProjectLayout;
  readonly schema: SchemaCache;
  readonly files: ProjectFiles;
  readonly readings: FileCache;
  readonly #ts: typeof ts;
  readonly #dataModels = new WeakMap<SchemaFacts, string | null>();

  constructor(typescript: typeof ts, layout: ProjectLayout) {
    this.#ts = typescript;
    this.layout = layout;
    this.files = new ProjectFiles(layout);
    this.schema = new SchemaCache(typescript, layout, this.files);
    this.readings = new FileCache(typescript, layout, this.files);
  }

  /** The generated data model of a schema; `null` where its errors would spread into it. */
  dataModel(program: ts.Program, schema: SchemaFacts): string | null {
    let text = this.#dataModels.get(schema);
    if (text === undefined) {
      text = this.#isSound(program, schema) ? printDataModel(schema) : null;
      this.#dataModels.set(schema, text);
    }
    return text;
  }

  #isSound(program: ts.Program, schema: SchemaFacts): boolean {
    if (schema.problems.length > 0) return false;
    const found = runRules({
      ts: this.#ts,
      project: this.layout,
      facts: { schema, modules: [] },
      sourceFiles: this.schema.files,
      checker: () => program.getTypeChecker(),
    });
    return !hasSchemaErrors(found);
  }
}
