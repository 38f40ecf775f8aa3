import type { FunctionFacts, ModuleFacts } from "../../model/facts.js";
import type { TypeFact } from "../../model/type-fact.js";
import type { FactsRule, Finding } from "../rule.js";
import { joinPath, partsOf } from "../type-search.js";
import { asSentence } from "../wording.js";

export const wireType: FactsRule = {
  on: "facts",
  code: "CV2012",
  name: "wire-type",
  severity: "error",
  summary: "An argument or result holds something that cannot be sent between server and client.",
  fixes: [],
  example: {
    bad: "handler: async () => new Map([[1, 2]])",
    good: "handler: async () => ({ 1: 2 })",
  },
  *check(facts) {
    for (const module of facts.modules) {
      for (const fn of module.functions) {
        yield* checkType(module, fn, fn.args, "args");
        yield* checkType(module, fn, fn.result, "result");
      }
    }
  },
};

function* checkType(
  module: ModuleFacts,
  fn: FunctionFacts,
  type: TypeFact,
  part: "args" | "result",
): Generator<Finding> {
  const reported = new Set<string>();
  for (const { path, type: found } of partsOf(type, module.types)) {
    if (found.kind !== "unsupported" || reported.has(path)) continue;
    reported.add(path);
    const place = path === "" || path.startsWith("[") ? `${part}${path}` : joinPath(part, path);
    const owner = part === "args" ? "take" : "return";
    yield {
      message: `"${fn.path}" cannot ${owner} "${place}": ${found.text} ${asSentence(found.reason)}`,
      span: fn.span,
    };
  }
}
