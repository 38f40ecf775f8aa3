import type ts from "typescript";
import type { TextEdit } from "../../model/diagnostic.js";
import type { SourceSpan, TableFacts } from "../../model/facts.js";
import type { TypeScript } from "../../syntax/tree.js";
import type { SourceRuleContext } from "../rule.js";
import { fieldList } from "../wording.js";

/** Writes `.index(name, fields)` at the end of a table's definition, or `null` where that cannot be. */
export function addIndexEdit(
  context: SourceRuleContext,
  table: TableFacts,
  name: string,
  fields: readonly string[],
): TextEdit | null {
  const source = context.sourceFileOf(table.span.file);
  if (source === null || fields.length === 0) return null;
  const property = propertyAt(context.ts, source, table.span);
  if (property === null) return null;
  const call = `.index(${JSON.stringify(name)}, ${fieldList(fields)})`;
  const shorthand = context.ts.isShorthandPropertyAssignment(property);
  return {
    span: { file: table.span.file, start: property.end, length: 0 },
    newText: shorthand ? `: ${property.name.text}${call}` : call,
  };
}

function propertyAt(
  ts: TypeScript,
  source: ts.SourceFile,
  span: SourceSpan,
): ts.PropertyAssignment | ts.ShorthandPropertyAssignment | null {
  const visit = (node: ts.Node): ts.PropertyAssignment | ts.ShorthandPropertyAssignment | null => {
    if (node.pos > span.start || node.end < span.start + span.length) return null;
    if (node.getStart(source) === span.start) {
      if (ts.isShorthandPropertyAssignment(node)) return node;
      if (ts.isPropertyAssignment(node) && canBeExtended(ts, node.initializer)) return node;
    }
    return ts.forEachChild(node, visit) ?? null;
  };
  return visit(source);
}

/** Whether a method call can be written right after the expression. */
function canBeExtended(ts: TypeScript, expression: ts.Expression): boolean {
  return (
    ts.isCallExpression(expression) ||
    ts.isIdentifier(expression) ||
    ts.isPropertyAccessExpression(expression) ||
    ts.isParenthesizedExpression(expression)
  );
}

/** A name for an index of these fields, by the habit of the field: `by_userId_and_createdAt`. */
export function indexNameFor(table: TableFacts, fields: readonly string[]): string | null {
  const base = `by_${fields.map((field) => field.replaceAll(/\W+/g, "_")).join("_and_")}`;
  const taken = table.indexes.some((index) => index.name === base);
  const fits = /^[A-Za-z]\w*$/.test(base) && `${table.name}_${base}`.length <= 63;
  return taken || !fits ? null : base;
}
