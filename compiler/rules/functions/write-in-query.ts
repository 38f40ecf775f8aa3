import type { QuickFix } from "../../model/diagnostic.js";
import type { Capability } from "../../syntax/capability.js";
import { isWrite } from "../../syntax/operation.js";
import { accessOf, usesIn } from "../database-uses.js";
import { useBuilder } from "../fixes/use-builder.js";
import type { SourceRule, SourceRuleContext } from "../rule.js";

export const writeInQuery: SourceRule = {
  on: "source",
  code: "CV2008",
  name: "write-in-query",
  severity: "error",
  summary: "A query writes, but queries run in read-only transactions.",
  fixes: ["make-mutation"],
  example: {
    bad: 'query({ handler: (ctx) => ctx.db.insert("visits", {}) })',
    good: 'mutation({ handler: (ctx) => ctx.db.insert("visits", {}) })',
  },
  *check(context) {
    const { operations, functionCalls } = usesIn(context);
    for (const { method, methodName, database } of operations) {
      if (!isWrite(method) || accessOf(context, database) !== "query") continue;
      yield {
        message: `A query cannot write: its transaction is read-only, so db.${method} fails. ${advice(database)}`,
        span: context.spanOf(methodName),
        fixes: makeMutation(context, database),
      };
    }
    for (const { method, methodName, context: capability } of functionCalls) {
      if (method === "runQuery" || accessOf(context, capability) !== "query") continue;
      const what = method === "runAction" ? "an action" : "a mutation";
      yield {
        message: `A query cannot run ${what}: its transaction is read-only. ${method === "runAction" ? "Call the action from a client or another action." : advice(capability)}`,
        span: context.spanOf(methodName),
        fixes: method === "runMutation" ? makeMutation(context, capability) : [],
      };
    }
  },
};

function advice({ definition }: Capability): string {
  return definition === null
    ? "Take a MutationCtx here."
    : "Make this function a mutation, or leave the write to one.";
}

function makeMutation(context: SourceRuleContext, { definition }: Capability): readonly QuickFix[] {
  if (definition === null || definition.builder === null) return [];
  const name = definition.builder.visibility === "internal" ? "internalMutation" : "mutation";
  const edits = useBuilder(context, definition, name);
  return edits === null
    ? []
    : [
        {
          name: "make-mutation",
          title: `Make this function ${name === "mutation" ? "a mutation" : "an internalMutation"}`,
          edits,
        },
      ];
}
