import type { ModuleFacts } from "../../model/facts.js";
import { memoized } from "../../memoized.js";
import type { FactsRule, Finding } from "../rule.js";
import { startOf } from "../wording.js";

export const functionNameConflict: FactsRule = {
  on: "facts",
  needs: "all-modules",
  code: "CV2016",
  name: "function-name-conflict",
  severity: "error",
  summary:
    "Two functions or modules have the same place in `api`, or a name that cannot stand there.",
  fixes: [],
  example: {
    bad: "convoy/functions/my-module.ts",
    good: "convoy/functions/myModule.ts",
  },
  *check({ modules }, { otherModules }) {
    const taken = [modules, otherModules].map(placesOf);
    for (const module of modules) {
      if (module.functions.length === 0) continue;
      yield* checkPath(module);
      yield* checkExports(module);
      yield* checkModules(module, taken);
    }
  },
};

/** What modules take of `api`. */
interface Places {
  /** By a module's path, the first file of those that have it. */
  readonly modules: ReadonlyMap<string, string>;
  /** By path, then by the name of a module or folder in it: the first file there, or below. */
  readonly folders: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

/** Kept with the list: in an editor the other modules are the same from key to key. */
const placesOf: (modules: readonly ModuleFacts[]) => Places = memoized((modules) => {
  const paths = new Map<string, string>();
  const folders = new Map<string, Map<string, string>>();
  const add = (to: Map<string, string>, path: string, file: string): void => {
    const before = to.get(path);
    if (before === undefined || file < before) to.set(path, file);
  };
  for (const { path, file, functions } of modules) {
    if (functions.length === 0) continue;
    add(paths, path, file);
    for (let end = path.length; end > 0; ) {
      const slash = path.lastIndexOf("/", end - 1);
      const folder = path.slice(0, Math.max(slash, 0));
      const names = folders.get(folder) ?? new Map<string, string>();
      folders.set(folder, names);
      add(names, path.slice(slash + 1, end), file);
      end = slash;
    }
  }
  return { modules: paths, folders };
});

function* checkPath(module: ModuleFacts): Generator<Finding> {
  for (const segment of module.path.split("/")) {
    const problem = nameProblem(segment);
    if (problem === null) continue;
    yield {
      message: `"${segment}" in the path of ${module.file} ${problem} Rename the file or folder${suggestion(segment)}.`,
      span: startOf(module.file),
    };
  }
}

function* checkExports(module: ModuleFacts): Generator<Finding> {
  for (const fn of module.functions) {
    const problem = nameProblem(fn.name);
    if (problem === null) continue;
    yield {
      message: `The function "${fn.name}" of ${module.file} ${problem} Export it under another name.`,
      span: fn.span,
    };
  }
}

function* checkModules(module: ModuleFacts, taken: readonly Places[]): Generator<Finding> {
  const twin = firstOf(taken.map(({ modules }) => modules.get(module.path)));
  if (twin !== undefined && twin < module.file) {
    yield {
      message: `${module.file} and ${twin} are both api.${module.path.replaceAll("/", ".")}. Rename one of them, or put their functions in one file.`,
      span: startOf(module.file),
      related: [{ message: "The other module.", span: startOf(twin) }],
    };
  }
  const below = taken.flatMap(({ folders }) => folders.get(module.path) ?? []);
  if (below.length === 0) return;
  for (const fn of module.functions) {
    const inTheWay = firstOf(below.map((names) => names.get(fn.name)));
    if (inTheWay === undefined) continue;
    yield {
      message: `api.${module.path.replaceAll("/", ".")}.${fn.name} is both this function and the module ${inTheWay}. Rename one of them.`,
      span: fn.span,
      related: [{ message: "The module in the way.", span: startOf(inTheWay) }],
    };
  }
}

function firstOf(files: readonly (string | undefined)[]): string | undefined {
  return files.filter((file) => file !== undefined).toSorted()[0];
}

const identifier = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;
const reserved: ReadonlySet<string> = new Set([
  "__proto__",
  "constructor",
  "default",
  "prototype",
  "then",
]);

function nameProblem(name: string): string | null {
  if (name === "then") return 'cannot be used: JavaScript takes what has a "then" for a promise.';
  if (reserved.has(name)) return "cannot be used: the name means something else in JavaScript.";
  return identifier.test(name) ? null : "cannot be written after a dot in api.";
}

function suggestion(segment: string): string {
  const camel = segment.replaceAll(/[^\p{ID_Continue}$]+(.)?/gu, (_, next: string | undefined) =>
    (next ?? "").toUpperCase(),
  );
  return nameProblem(camel) === null ? `, for example to "${camel}"` : "";
}
