import type ts from "typescript";
import type { QuickFix } from "../../model/diagnostic.js";
import type { SourceSpan } from "../../model/facts.js";
import type { FactsRuleContext, SourceRuleContext } from "../rule.js";

/** Writes `name` where a string literal holds another; nothing without a literal or a name. */
export function renameLiteral(
  context: SourceRuleContext,
  literal: ts.StringLiteralLike | null,
  name: string | null,
): readonly QuickFix[] {
  if (literal === null || name === null) return [];
  const span = context.spanOf(literal);
  return [didYouMeanFix(span, literal.getText(context.sourceFile)[0] ?? '"', name)];
}

/** The same for facts, which know only where the literal should be. */
export function renameText(
  context: FactsRuleContext,
  span: SourceSpan,
  before: string,
  name: string | null,
): readonly QuickFix[] {
  if (name === null) return [];
  const text = context.textAt(span);
  const quote = text?.[0];
  const isLiteral = quote !== undefined && text === `${quote}${before}${quote}`;
  return isLiteral ? [didYouMeanFix(span, quote, name)] : [];
}

function didYouMeanFix(span: SourceSpan, quote: string, name: string): QuickFix {
  return {
    name: "did-you-mean",
    title: `Change to "${name}"`,
    edits: [{ span, newText: `${quote}${name}${quote}` }],
  };
}
