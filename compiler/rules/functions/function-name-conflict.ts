import type { ModuleFacts } from "../../model/facts.js";
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
  *check({ modules }, { asked }) {
    const hasFunctions = (module: ModuleFacts) => module.functions.length > 0;
    const withFunctions = modules.filter(hasFunctions);
    for (const module of asked.filter(hasFunctions)) {
      yield* checkPath(module);
      yield* checkExports(module);
      yield* checkModules(module, withFunctions);
    }
  },
};

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

function* checkModules(module: ModuleFacts, modules: readonly ModuleFacts[]): Generator<Finding> {
  const twin = modules.find((other) => other.path === module.path && other.file < module.file);
  if (twin !== undefined) {
    yield {
      message: `${module.file} and ${twin.file} are both api.${module.path.replaceAll("/", ".")}. Rename one of them, or put their functions in one file.`,
      span: startOf(module.file),
      related: [{ message: "The other module.", span: startOf(twin.file) }],
    };
  }
  const below = modules.filter((other) => other.path.startsWith(`${module.path}/`));
  for (const fn of module.functions) {
    const path = `${module.path}/${fn.name}`;
    const inTheWay = below.find(
      (other) => other.path === path || other.path.startsWith(`${path}/`),
    );
    if (inTheWay === undefined) continue;
    yield {
      message: `api.${path.replaceAll("/", ".")} is both this function and the module ${inTheWay.file}. Rename one of them.`,
      span: fn.span,
      related: [{ message: "The module in the way.", span: startOf(inTheWay.file) }],
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
