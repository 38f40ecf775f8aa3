import type { FunctionFacts, ModuleFacts } from "../../model/facts.js";
import type { TypeFact } from "../../model/type-fact.js";
import { mayInclude } from "../../model/canonical.js";
import type { FactsRule, Finding } from "../rule.js";
import { joinPath, partsOf } from "../type-search.js";
import { asSentence } from "../wording.js";

export const wireType: FactsRule = {
  on: "facts",
  needs: "one-module",
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

/** How many places one message names. */
const longestList = 3;

/** One finding, however many places there are: a database handed out has a dozen methods. */
function* checkType(
  module: ModuleFacts,
  fn: FunctionFacts,
  type: TypeFact,
  part: "args" | "result",
): Generator<Finding> {
  if (!mayInclude(type, "unsupported")) return;
  const found = new Map<string, string>();
  for (const { path, type: at } of partsOf(type, module.types)) {
    if (at.kind !== "unsupported") continue;
    const place = path === "" || path.startsWith("[") ? `${part}${path}` : joinPath(part, path);
    if (!found.has(place)) found.set(place, `${at.text} ${asSentence(at.reason)}`);
  }
  const [first, ...others] = found;
  if (first === undefined) return;
  const [place, reason] = first;
  const also = others.slice(0, longestList).map(([other]) => `"${other}"`);
  const more = others.length - also.length;
  yield {
    message: [
      `"${fn.path}" cannot ${part === "args" ? "take" : "return"} "${place}": ${reason}`,
      ...(also.length > 0
        ? [`The same goes for ${also.join(", ")}${more > 0 ? ` and ${more} more` : ""}.`]
        : []),
    ].join(" "),
    span: fn.span,
  };
}
