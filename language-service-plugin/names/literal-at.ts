import type ts from "typescript";

/** The string literal that a place is in: between its quotes, or right at them. */
export function literalAt(
  typescript: typeof ts,
  sourceFile: ts.SourceFile,
  position: number,
): ts.StringLiteralLike | null {
  const node = nodeAt(typescript, sourceFile, position);
  if (!typescript.isStringLiteralLike(node)) return null;
  return node.getStart(sourceFile) < position && position <= textSpan(sourceFile, node).end
    ? node
    : null;
}

/** The innermost node around a place. */
export function nodeAt(
  typescript: typeof ts,
  sourceFile: ts.SourceFile,
  position: number,
): ts.Node {
  let node: ts.Node = sourceFile;
  for (let inner: ts.Node | undefined = node; inner !== undefined; ) {
    node = inner;
    // Of two that touch there, the first one ends there: a name, and the bracket after it.
    inner = typescript.forEachChild(node, (child) =>
      child.pos <= position && position <= child.end && child.getStart(sourceFile) <= position
        ? child
        : undefined,
    );
  }
  return node;
}

/** What is between the quotes of a literal, whose last one may be missing. */
export function textSpan(
  sourceFile: ts.SourceFile,
  literal: ts.Node,
): { readonly start: number; readonly length: number; readonly end: number } {
  const start = literal.getStart(sourceFile);
  const text = sourceFile.text.slice(start, literal.end);
  const quote = /^["'`]/.exec(text)?.[0];
  if (quote === undefined) return { start, length: text.length, end: literal.end };
  const isClosed = text.length > 1 && text.endsWith(quote);
  const end = literal.end - (isClosed ? 1 : 0);
  return { start: start + 1, length: end - start - 1, end };
}
