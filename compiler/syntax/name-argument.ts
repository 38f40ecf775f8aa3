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
  const constant = ts.isPropertyAccessExpression(inner) ? unwrap(ts, inner.expression) : inner;
  if (!ts.isIdentifier(constant)) return null;
  const initializer = constInitializer(ts, scopes.resolve(constant));
  if (initializer === null) return null;
  const value = ts.isPropertyAccessExpression(inner)
    ? propertyOf(ts, initializer, inner.name.text)
    : unwrap(ts, initializer);
  return value !== null && ts.isStringLiteralLike(value) ? value : null;
}

/** What an object literal that is `as const` holds under the name. */
function propertyOf(
  ts: TypeScript,
  initializer: ts.Expression,
  name: string,
): ts.Expression | null {
  const isConst =
    ts.isAsExpression(initializer) &&
    ts.isTypeReferenceNode(initializer.type) &&
    ts.isConstTypeReference(initializer.type);
  const object = unwrap(ts, initializer);
  if (!isConst || !ts.isObjectLiteralExpression(object)) return null;
  for (const property of object.properties) {
    if (!ts.isPropertyAssignment(property) || !ts.isIdentifier(property.name)) continue;
    if (property.name.text === name) return unwrap(ts, property.initializer);
  }
  return null;
}

/** Whether the expression is a string literal as it stands. */
export function isLiteralName(ts: TypeScript, node: ts.Expression): boolean {
  return ts.isStringLiteralLike(unwrap(ts, node));
}
