import type ts from "typescript";
import { memoized } from "../memoized.js";

/** The compiler that was handed in. */
export type TypeScript = typeof ts;

/**
 * Gives every node its parent. A program's files have them once a checker was made; a file that
 * was only parsed may not.
 */
export function ensureParents(ts: TypeScript, sourceFile: ts.SourceFile): void {
  const first = sourceFile.statements[0];
  // After an edit, an editor takes statements over from the file as it was.
  if (first === undefined || first.parent === sourceFile) return;
  const visit = (node: ts.Node): void =>
    ts.forEachChild(node, (child) => {
      (child as { parent: ts.Node }).parent = node;
      visit(child);
    });
  visit(sourceFile);
}

/** What the expression comes down to at run time: without parentheses, `as`, `satisfies` and `!`. */
export function unwrap(ts: TypeScript, expression: ts.Expression): ts.Expression {
  let inner = expression;
  while (isWrapper(ts, inner)) inner = inner.expression;
  return inner;
}

/** The outermost expression that comes down to this one: the inverse of {@link unwrap}. */
export function wrapped(ts: TypeScript, expression: ts.Expression): ts.Expression {
  let outer = expression;
  while (isWrapper(ts, outer.parent)) outer = outer.parent;
  return outer;
}

type Wrapper =
  | ts.ParenthesizedExpression
  | ts.AsExpression
  | ts.SatisfiesExpression
  | ts.NonNullExpression
  | ts.TypeAssertion;

function isWrapper(ts: TypeScript, node: ts.Node): node is Wrapper {
  return wrapperKinds(ts).has(node.kind);
}

const wrapperKinds: (ts: TypeScript) => ReadonlySet<ts.SyntaxKind> = memoized(
  ({ SyntaxKind }) =>
    new Set([
      SyntaxKind.ParenthesizedExpression,
      SyntaxKind.AsExpression,
      SyntaxKind.SatisfiesExpression,
      SyntaxKind.NonNullExpression,
      SyntaxKind.TypeAssertionExpression,
    ]),
);

/** The innermost function that contains the node, or `null` at the top level of the file. */
export function enclosingFunction(
  ts: TypeScript,
  node: ts.Node,
): ts.FunctionLikeDeclaration | null {
  for (let at = node.parent; at !== undefined; at = at.parent) {
    if (isFunction(ts, at)) return at;
  }
  return null;
}

/** Whether the node is a function that has its own body (no signature). */
export function isFunction(ts: TypeScript, node: ts.Node): node is ts.FunctionLikeDeclaration {
  return (
    ts.isArrowFunction(node) ||
    ts.isFunctionExpression(node) ||
    ts.isFunctionDeclaration(node) ||
    ts.isMethodDeclaration(node) ||
    ts.isConstructorDeclaration(node) ||
    ts.isGetAccessorDeclaration(node) ||
    ts.isSetAccessorDeclaration(node)
  );
}

export function isAsync(ts: TypeScript, fn: ts.FunctionLikeDeclaration): boolean {
  return ts.canHaveModifiers(fn)
    ? (ts.getModifiers(fn)?.some((it) => it.kind === ts.SyntaxKind.AsyncKeyword) ?? false)
    : false;
}

/** The callback's single result: its expression, or that of the one statement `return …`. */
export function callbackResult(
  ts: TypeScript,
  callback: ts.Expression,
): { readonly parameter: string; readonly result: ts.Expression } | null {
  const fn = unwrap(ts, callback);
  if (!ts.isArrowFunction(fn) && !ts.isFunctionExpression(fn)) return null;
  const parameter = fn.parameters[0]?.name;
  if (parameter === undefined || !ts.isIdentifier(parameter)) return null;
  if (!ts.isBlock(fn.body)) return { parameter: parameter.text, result: fn.body };
  const [only, ...others] = fn.body.statements;
  if (only === undefined || others.length > 0) return null;
  if (!ts.isReturnStatement(only) || only.expression === undefined) return null;
  return { parameter: parameter.text, result: only.expression };
}
