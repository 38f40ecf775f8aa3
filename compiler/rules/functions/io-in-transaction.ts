import { accessOf, usesIn } from "../database-uses.js";
import type { SourceRule } from "../rule.js";
import { aOrAn } from "../wording.js";

export const ioInTransaction: SourceRule = {
  on: "source",
  code: "CV2009",
  name: "io-in-transaction",
  severity: "error",
  summary: "A query or mutation reaches out of its transaction: network, files, processes, timers.",
  fixes: [],
  example: {
    bad: 'mutation({ handler: async () => { await fetch("https://example.com/hook"); } })',
    good: 'action({ handler: async () => { await fetch("https://example.com/hook"); } })',
  },
  *check(context) {
    for (const { node, text, module, capability } of usesIn(context).outsideUses) {
      const kind = accessOf(context, capability);
      if (kind !== "query" && kind !== "mutation") continue;
      const origin = module === null ? "" : ` (from "${module}")`;
      const advice =
        kind === "query"
          ? "Do it in an action that reads through ctx.runQuery(…)."
          : "Do it in an action, and write its outcome with ctx.runMutation(…).";
      yield {
        message: `${text}${origin} reaches outside the transaction, and ${aOrAn(kind)} may run again at any time while that cannot be undone. ${advice}`,
        span: context.spanOf(node),
      };
    }
  },
};
