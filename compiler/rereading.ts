import type ts from "typescript";
import type { AffectedFiles } from "./affected-files.js";
import type { KnownExports } from "./hosts/typescript/functions-reader.js";
import type { ModuleFacts } from "./model/facts.js";
import type { ProjectLayout } from "./project/layout.js";

interface Named {
  readonly name: string;
}

/** What of the modules is to be read again after an edit, round by round. */
export class Rereading {
  readonly #program: ts.Program;
  readonly #project: ProjectLayout;
  readonly #affected: AffectedFiles;
  /** The exports that were left out of each module that has been read since the edit. */
  readonly #left = new Map<string, Set<string>>();

  constructor(program: ts.Program, project: ProjectLayout, affected: AffectedFiles) {
    this.#program = program;
    this.#project = project;
    this.#affected = affected;
  }

  /**
   * The files to read now (absolute paths), each with what need not be read of it.
   *
   * @param modules what is known by now, by file.
   */
  next(modules: ReadonlyMap<string, ModuleFacts>): ReadonlyMap<string, KnownExports> {
    const files = new Map<string, KnownExports>();
    for (const module of modules.values()) {
      const path = `${this.#project.root}/${module.file}`;
      const file = this.#program.getSourceFile(path);
      const known = file && this.#affected.has(file) ? this.#knownOf(module, file) : null;
      if (known) files.set(path, known);
    }
    return files;
  }

  /** What remains true of a module; `null` where all of it does. */
  #knownOf(module: ModuleFacts, file: ts.SourceFile): KnownExports | null {
    const left = this.#left.get(module.file);
    const untouched = this.#affected.untouchedExports(file);
    const exports = [...module.functions, ...module.otherExports];
    const stays = ({ name }: Named) => untouched.has(name) || left?.has(name) === false;
    if (left && exports.every(stays)) return null;

    // The names of recursive types and the places of an `any` follow from the module as a whole.
    const isOne =
      Object.keys(module.types).length > 0 || module.functions.some(({ circular }) => circular);
    const keeps = (one: Named) => !isOne && stays(one);
    const names = exports.filter(keeps).map(({ name }) => name);
    this.#left.set(module.file, new Set(names.filter((name) => left?.has(name) !== false)));
    // Since the first round, everything is where it is now.
    const moved = <Facts extends KnownExports["otherExports"][number]>(facts: Facts): Facts => {
      const distance = left ? 0 : (untouched.get(facts.name) ?? 0);
      if (distance === 0) return facts;
      return { ...facts, span: { ...facts.span, start: facts.span.start + distance } };
    };
    return {
      functions: module.functions.filter(keeps).map(moved),
      otherExports: module.otherExports.filter(keeps).map(moved),
    };
  }
}
