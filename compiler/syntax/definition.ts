import type ts from "typescript";
import type { FunctionKind, FunctionVisibility } from "../model/facts.js";
import { type ImportedName, type Imports, isGeneratedServer } from "./imports.js";
import { constInitializer, type Scopes } from "./scope.js";
import { type TypeScript, unwrap } from "./tree.js";

/** A call that may define a function of ours: it is given an object with a `handler`. */
export interface FunctionDefinition {
  readonly call: ts.CallExpression;
  readonly handler: ts.FunctionLikeDeclaration;
  /** Which builder of `_generated/server` makes it; `null` for someone's own wrapper. */
  readonly builder: Builder | null;
}

export interface Builder {
  /** The exported name: `internalQuery`. */
  readonly name: string;
  readonly kind: FunctionKind;
  readonly visibility: FunctionVisibility;
}

const builders: ReadonlyMap<string, Builder> = new Map(
  (
    [
      { name: "query", kind: "query", visibility: "public" },
      { name: "mutation", kind: "mutation", visibility: "public" },
      { name: "action", kind: "action", visibility: "public" },
      { name: "internalQuery", kind: "query", visibility: "internal" },
      { name: "internalMutation", kind: "mutation", visibility: "internal" },
      { name: "internalAction", kind: "action", visibility: "internal" },
    ] as const
  ).map((builder) => [builder.name, Object.freeze(builder)]),
);

/** The definition that the call makes, or `null` where it is none. */
export function definitionOf(
  ts: TypeScript,
  call: ts.CallExpression,
  imports: Imports,
  scopes: Scopes,
): FunctionDefinition | null {
  for (const argument of call.arguments) {
    const options = unwrap(ts, argument);
    if (!ts.isObjectLiteralExpression(options)) continue;
    for (const property of options.properties) {
      if (property.name === undefined || !ts.isIdentifier(property.name)) continue;
      if (property.name.text !== "handler") continue;
      const handler = handlerOf(ts, property);
      if (handler === null) return null;
      return Object.freeze({
        call,
        handler,
        builder: builderOf(ts, call.expression, imports, scopes),
      });
    }
  }
  return null;
}

function handlerOf(
  ts: TypeScript,
  property: ts.ObjectLiteralElementLike,
): ts.FunctionLikeDeclaration | null {
  if (ts.isMethodDeclaration(property)) return property;
  if (!ts.isPropertyAssignment(property)) return null;
  const value = unwrap(ts, property.initializer);
  return ts.isArrowFunction(value) || ts.isFunctionExpression(value) ? value : null;
}

/** The builder of `_generated/server` that the expression is, followed through constants. */
function builderOf(
  ts: TypeScript,
  callee: ts.Expression,
  imports: Imports,
  scopes: Scopes,
): Builder | null {
  const expression = unwrap(ts, callee);
  if (ts.isPropertyAccessExpression(expression) && ts.isIdentifier(expression.expression)) {
    const namespace = importOf(ts, expression.expression, imports, scopes);
    return namespace?.imported === "*" && isGeneratedServer(namespace.module)
      ? (builders.get(expression.name.text) ?? null)
      : null;
  }
  if (!ts.isIdentifier(expression)) return null;
  const imported = importOf(ts, expression, imports, scopes);
  if (imported !== null) {
    return isGeneratedServer(imported.module) ? (builders.get(imported.imported) ?? null) : null;
  }
  const alias = constInitializer(ts, scopes.resolve(expression));
  return alias !== null && ts.isIdentifier(alias) && alias.text !== expression.text
    ? builderOf(ts, alias, imports, scopes)
    : null;
}

/** What the identifier was imported as, or `null` where something nearer hides the import. */
export function importOf(
  ts: TypeScript,
  identifier: ts.Identifier,
  imports: Imports,
  scopes: Scopes,
): ImportedName | null {
  const imported = imports.get(identifier.text);
  if (imported === undefined) return null;
  const declaration = scopes.resolve(identifier)?.declaration;
  const isImport =
    declaration !== undefined &&
    (ts.isImportSpecifier(declaration) ||
      ts.isNamespaceImport(declaration) ||
      ts.isImportClause(declaration));
  return isImport ? imported : null;
}
