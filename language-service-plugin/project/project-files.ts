import type ts from "typescript";
import { isFunctionsModule, type ProjectLayout } from "../../compiler/project/layout.js";

/** The files of one project in the program that was looked at last. */
interface Known {
  readonly all: readonly ts.SourceFile[];
  /** Places in {@link all}. */
  readonly ownAt: readonly number[];
  readonly modulesAt: readonly number[];
  /** Made when they are asked for: at most keys nobody does. */
  own: readonly ts.SourceFile[] | null;
  modules: readonly ts.SourceFile[] | null;
}

const none: Known = { all: [], ownAt: [], modulesAt: [], own: null, modules: null };

/** The project without one of its files. */
interface Beside {
  readonly fileName: string;
  readonly others: readonly ts.SourceFile[];
}

/**
 * Follows a project's files from program to program. At a key one file among a thousand is another,
 * so names are compared for that one alone.
 */
export class ProjectFiles {
  readonly #project: ProjectLayout;
  #known = none;
  #revision = 0;
  /** The revision in which the surroundings last changed. */
  #surroundings = 0;
  readonly #changes = new Map<string, number>();
  #beside: Beside | null = null;

  constructor(project: ProjectLayout) {
    this.#project = project;
  }

  /** The sources in `convoy/`, generated ones left out. */
  own(program: ts.Program): readonly ts.SourceFile[] {
    const known = this.#follow(program);
    return (known.own ??= known.ownAt.map((place) => known.all[place]!));
  }

  /** Those of them that are modules of functions. */
  modules(program: ts.Program): readonly ts.SourceFile[] {
    const known = this.#follow(program);
    return (known.modules ??= known.modulesAt.map((place) => known.all[place]!));
  }

  /** {@link own} but for one file: the same list for as long as only that one changes. */
  ownBeside(program: ts.Program, { fileName }: ts.SourceFile): readonly ts.SourceFile[] {
    this.#follow(program);
    if (this.#beside?.fileName !== fileName) {
      const others = this.own(program).filter((file) => file.fileName !== fileName);
      this.#beside = { fileName, others };
    }
    return this.#beside.others;
  }

  /** A number for the files as they are in `program`; it grows as they change. */
  revision(program: ts.Program): number {
    this.#follow(program);
    return this.#revision;
  }

  /**
   * Whether nothing that types come from is another than it was in a revision: neither `files` (by
   * their names), nor what is around the project, nor which files there are.
   */
  areSame(files: readonly string[], revision: number): boolean {
    return (
      this.#surroundings <= revision &&
      files.every((file) => (this.#changes.get(file) ?? 0) <= revision)
    );
  }

  #follow(program: ts.Program): Known {
    const before = this.#known;
    const all = program.getSourceFiles();
    if (before.all === all) return before;
    const changed = changedPlaces(before.all, all);
    this.#revision++;
    const isAround = (place: number) =>
      this.#surrounds(all[place]!) || this.#surrounds(before.all[place]!);
    if (changed === null || changed.some(isAround)) this.#surroundings = this.#revision;
    for (const place of changed ?? []) this.#changes.set(all[place]!.fileName, this.#revision);
    const places = changed === null ? this.#placesIn(all) : before;
    const changedOwn = changed
      ?.map((place) => all[place]!.fileName)
      .filter((fileName) => this.#isOwn(fileName));
    const isOther = changedOwn === undefined || changedOwn.length > 0;
    if (!changedOwn?.every((fileName) => fileName === this.#beside?.fileName)) this.#beside = null;
    // The same lists while none of them changes: what follows from them is kept with them.
    const { own, modules } = isOther ? none : before;
    const { ownAt, modulesAt } = places;
    this.#known = { all, ownAt, modulesAt, own, modules };
    return this.#known;
  }

  #placesIn(all: readonly ts.SourceFile[]): Pick<Known, "ownAt" | "modulesAt"> {
    const ownAt = [...all.keys()].filter((place) => this.#isOwn(all[place]!.fileName));
    const modulesAt = ownAt.filter((place) =>
      isFunctionsModule(this.#project, all[place]!.fileName),
    );
    return { ownAt, modulesAt };
  }

  #isOwn(fileName: string): boolean {
    const { convoyDir, generatedDir } = this.#project;
    return (
      fileName.startsWith(`${convoyDir}/`) &&
      !fileName.startsWith(`${generatedDir}/`) &&
      !fileName.includes("/node_modules/")
    );
  }

  /** Packages, declarations, what gives types without being imported, and files beside the project. */
  #surrounds(file: ts.SourceFile & Partial<FoundByPrograms>): boolean {
    const { fileName, isDeclarationFile, externalModuleIndicator, moduleAugmentations } = file;
    return (
      isDeclarationFile ||
      externalModuleIndicator === undefined ||
      (moduleAugmentations ?? []).length > 0 ||
      fileName.includes("/node_modules/") ||
      !fileName.startsWith(`${this.#project.root}/`)
    );
  }
}

/** What every program finds in a file; TypeScript's own types leave it out. */
interface FoundByPrograms {
  /** What makes it a module; all that others declare is global. */
  readonly externalModuleIndicator: unknown;
  /** `declare global` and `declare module "…"`. */
  readonly moduleAugmentations: readonly unknown[];
}

/** Where `after` has another file than before; `null` where not even their names are the same. */
function changedPlaces(
  before: readonly ts.SourceFile[],
  after: readonly ts.SourceFile[],
): readonly number[] | null {
  if (before.length !== after.length) return null;
  const changed: number[] = [];
  for (let place = 0; place < after.length; place++) {
    const file = after[place]!;
    if (before[place] === file) continue;
    if (before[place]?.fileName !== file.fileName) return null;
    changed.push(place);
  }
  return changed;
}
