import type { ModuleFacts } from "../../model/facts.js";
import { memoized } from "../../memoized.js";
import type { FactsRule, FactsRuleContext, Finding, ModuleName } from "../rule.js";
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
  *check({ modules }, context) {
    for (const module of withFunctions(modules)) {
      yield* checkPath(module);
      yield* checkExports(module);
      yield* checkModules(module, modules, context);
    }
  },
};

const withFunctions: (modules: readonly ModuleFacts[]) => readonly ModuleFacts[] = memoized(
  (modules) => modules.filter(({ functions }) => functions.length > 0),
);

/** What modules take of `api`, if they have functions. */
interface Places {
  /** By their paths; those that share one are sorted by file. */
  readonly modules: ReadonlyMap<string, readonly ModuleName[]>;
  /** By path, then by the name of a module or folder in it: those there, or below. */
  readonly folders: ReadonlyMap<string, ReadonlyMap<string, readonly ModuleName[]>>;
}

/** Kept with the list: in an editor the other modules are the same from key to key. */
const placesOf: (modules: readonly ModuleName[]) => Places = memoized((unsorted) => {
  const modules = new Map<string, ModuleName[]>();
  const folders = new Map<string, Map<string, ModuleName[]>>();
  const add = (to: Map<string, ModuleName[]>, key: string, module: ModuleName): void => {
    const before = to.get(key);
    if (before === undefined) to.set(key, [module]);
    else before.push(module);
  };
  for (const module of unsorted.toSorted(byFile)) {
    const { path } = module;
    add(modules, path, module);
    for (let end = path.length; end > 0; ) {
      const slash = path.lastIndexOf("/", end - 1);
      const folder = path.slice(0, Math.max(slash, 0));
      const names = folders.get(folder) ?? new Map<string, ModuleName[]>();
      folders.set(folder, names);
      add(names, path.slice(slash + 1, end), module);
      end = slash;
    }
  }
  return { modules, folders };
});

function byFile(a: ModuleName, b: ModuleName): number {
  return a.file < b.file ? -1 : a.file > b.file ? 1 : 0;
}

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

function* checkModules(
  module: ModuleFacts,
  modules: readonly ModuleFacts[],
  { otherModules, hasFunctions }: FactsRuleContext,
): Generator<Finding> {
  const own = placesOf(withFunctions(modules));
  const others = placesOf(otherModules);
  /** Of the files in a place the first. Most places are free, and then nobody is asked. */
  const fileAt = (
    find: (places: Places) => readonly ModuleName[] | undefined,
  ): string | undefined => {
    const found = [find(own)?.[0], find(others)?.find(hasFunctions)];
    return found.flatMap((taker) => taker?.file ?? []).toSorted()[0];
  };

  const twin = fileAt((places) => places.modules.get(module.path));
  if (twin !== undefined && twin < module.file) {
    yield {
      message: `${module.file} and ${twin} are both api.${module.path.replaceAll("/", ".")}. Rename one of them, or put their functions in one file.`,
      span: startOf(module.file),
      related: [{ message: "The other module.", span: startOf(twin) }],
    };
  }
  if (!own.folders.has(module.path) && !others.folders.has(module.path)) return;
  for (const fn of module.functions) {
    const inTheWay = fileAt((places) => places.folders.get(module.path)?.get(fn.name));
    if (inTheWay === undefined) continue;
    yield {
      message: `api.${module.path.replaceAll("/", ".")}.${fn.name} is both this function and the module ${inTheWay}. Rename one of them.`,
      span: fn.span,
      related: [{ message: "The module in the way.", span: startOf(inTheWay) }],
    };
  }
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
