import type ts from "typescript";
import {
  isFunctionsModule,
  type ProjectLayout,
  projectLayout,
} from "../../compiler/project/layout.js";

/** Finds the Convoy project that a file belongs to. */
export class LayoutFinder {
  readonly #fileExists: (file: string) => boolean;
  readonly #onDisk = new Map<string, boolean>();
  /** One object a project: what is known of it is kept with that object. */
  readonly #layouts = new Map<string, ProjectLayout>();

  constructor(fileExists: (file: string) => boolean) {
    this.#fileExists = fileExists;
  }

  /** The nearest project whose schema `program` contains, among the folders around `file`. */
  find(program: ts.Program, file: string): ProjectLayout | null {
    for (const folder of foldersAround(file)) {
      const schemaFile = `${folder}/convoy/schema.ts`;
      if (program.getSourceFile(schemaFile) !== undefined) return this.at(folder);
    }
    return this.#withoutSchema(file);
  }

  /** The project in a folder. */
  at(folder: string): ProjectLayout {
    let layout = this.#layouts.get(folder);
    if (layout === undefined) this.#layouts.set(folder, (layout = projectLayout(folder)));
    return layout;
  }

  /**
   * The project whose folder `file` is in, although `program` does not have its schema: it is
   * missing, or the program is that of a client.
   */
  #withoutSchema(file: string): ProjectLayout | null {
    for (const folder of foldersAround(file)) {
      if (this.#hasSchema(folder)) return this.at(folder);
    }
    const inFunctions = /^(.+)\/convoy\/functions\//.exec(file)?.[1];
    return inFunctions !== undefined && isFunctionsModule(this.at(inFunctions), file)
      ? this.at(inFunctions)
      : null;
  }

  /** Remembered: at each key the disk is too slow. A schema that comes later joins the program. */
  #hasSchema(folder: string): boolean {
    let known = this.#onDisk.get(folder);
    if (known === undefined) {
      known = this.#fileExists(`${folder}/convoy/schema.ts`);
      this.#onDisk.set(folder, known);
    }
    return known;
  }
}

function* foldersAround(file: string): Generator<string> {
  for (let at = file.lastIndexOf("/"); at > 0; at = file.lastIndexOf("/", at - 1)) {
    yield file.slice(0, at);
  }
}
