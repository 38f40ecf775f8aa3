import type ts from "typescript";
import { constInitializer, type Scopes } from "./scope.js";
import { type TypeScript, unwrap } from "./tree.js";

/** The name of a table, index or field, as a call gives it. */
export interface NameArgument {
  readonly node: ts.Expression;
  /** The name, or `null` where it is known only at run time. */
  readonly name: string | null;
  /** The literal that holds the name: the argument itself, or what its constant starts with. */
  readonly literal: ts.StringLiteralLike | null;
}

export function nameArgument(ts: TypeScript, node: ts.Expression, scopes: Scopes): NameArgument {
  const literal = literalOf(ts, node, scopes);
  return { node, name: literal?.text ?? null, literal };
}

function literalOf(
  ts: TypeScript,
  node: ts.Expression,
  scopes: Scopes,
): ts.StringLiteralLike | null {
  const inner = unwrap(ts, node);
  if (ts.isStringLiteralLike(inner)) return inner;
  if (!ts.isIdentifier(inner)) return null;
  const initializer = constInitializer(ts, scopes.resolve(inner));
  const value = initializer === null ? null : unwrap(ts, initializer);
  return value !== null && ts.isStringLiteralLike(value) ? value : null;
}

/** Whether the expression is a string literal as it stands. */
export function isLiteralName(ts: TypeScript, node: ts.Expression): boolean {
  return ts.isStringLiteralLike(unwrap(ts, node));
}
