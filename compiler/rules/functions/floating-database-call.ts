import type ts from "typescript";
import type { QuickFix, TextEdit } from "../../model/diagnostic.js";
import type { PromiseUse } from "../../syntax/file-syntax.js";
import { canAwait } from "../../syntax/promise-fate.js";
import { usesIn } from "../database-uses.js";
import type { SourceRule, SourceRuleContext } from "../rule.js";

export const floatingDatabaseCall: SourceRule = {
  on: "source",
  code: "CV2010",
  name: "floating-database-call",
  severity: "error",
  summary: "Nothing waits for a database call, so it may not happen and its error is lost.",
  fixes: ["add-await", "await-all"],
  example: {
    bad: 'ctx.db.insert("visits", { at: Date.now() });',
    good: 'await ctx.db.insert("visits", { at: Date.now() });',
  },
  *check(context) {
    const { promises, unfinished } = usesIn(context);
    for (const use of promises) {
      const message = messageFor(use);
      if (message === null) continue;
      yield { message, span: context.spanOf(use.place), fixes: fixesFor(context, use) };
    }
    for (const query of unfinished) {
      yield {
        message:
          "This query is never run: it reads nothing before a terminal call. End it with .collect(), .take(n), .first(), .unique(), .paginate(…) or .count(), or remove it.",
        span: context.spanOf(query.start.expression),
      };
    }
  },
};

function messageFor({ text, fate }: PromiseUse): string | null {
  switch (fate.kind) {
    case "used":
      return null;
    case "dropped":
      return `Nothing waits for ${text}: it may not have happened when the function ends, and its error is lost. Write "await" before it, or return it.`;
    case "unread":
      return `Nothing waits for ${text}: "${fate.variable}" holds its promise, and nobody reads it. Write "await" before the call.`;
    case "tested":
      return `This tests the promise of ${text}, which is always true, and nothing waits for it. Write "await" before it.`;
    case "for-each":
      return `forEach does not wait for its callback, so nothing waits for ${text}. Use "await Promise.all(….map(…))", or a for loop with "await".`;
    case "array":
      return fate.awaited
        ? `"await" does not look into an array, so nothing waits for ${text}. Use "await Promise.all(…)".`
        : `Nothing waits for this array of promises of ${text}. Use "await Promise.all(…)".`;
  }
}

function fixesFor(context: SourceRuleContext, { fate }: PromiseUse): readonly QuickFix[] {
  const { ts, file, sourceFile } = context;
  const insert = (start: number, newText: string): TextEdit => ({
    span: { file, start, length: 0 },
    newText,
  });
  const startOf = (node: ts.Node): number => node.getStart(sourceFile);
  switch (fate.kind) {
    case "dropped":
    case "tested":
    case "unread": {
      if (!canAwait(ts, fate.promise)) return [];
      const edits = [insert(startOf(fate.promise), "await ")];
      return [{ name: "add-await", title: 'Add "await"', edits }];
    }
    case "array": {
      if (!canAwait(ts, fate.promise)) return [];
      const edits = [
        insert(startOf(fate.promise), `${fate.awaited ? "" : "await "}Promise.all(`),
        insert(fate.promise.end, ")"),
      ];
      return [{ name: "await-all", title: 'Wrap in "Promise.all"', edits }];
    }
    case "for-each": {
      const { loop } = fate;
      const callee = loop.expression;
      if (!ts.isPropertyAccessExpression(callee) || !canAwait(ts, loop)) return [];
      if (!ts.isExpressionStatement(loop.parent) || loop.arguments.length !== 1) return [];
      const edits = [
        insert(startOf(loop), "await Promise.all("),
        { span: context.spanOf(callee.name), newText: "map" },
        insert(loop.end, ")"),
      ];
      return [{ name: "await-all", title: 'Use "map" and wait with "Promise.all"', edits }];
    }
    default:
      return [];
  }
}
