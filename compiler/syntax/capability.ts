import type ts from "typescript";
import type { FunctionKind } from "../model/facts.js";
import type { FunctionDefinition } from "./definition.js";
import { type Imports, isGeneratedServer } from "./imports.js";
import { type Binding, isConst, type Scopes } from "./scope.js";
import { type TypeScript, unwrap } from "./tree.js";

/** That an expression is a function's context, or its database. */
export interface Capability {
  readonly role: "ctx" | "db";
  /** The kind of function it belongs to, where that is written down. */
  readonly access: FunctionKind | null;
  /** The definition whose handler was given it; `null` where a type annotation says so. */
  readonly definition: FunctionDefinition | null;
}

type Finder = (expression: ts.Expression) => Capability | null;

const typeNames: ReadonlyMap<string, Pick<Capability, "role" | "access">> = new Map([
  ["QueryCtx", { role: "ctx", access: "query" }],
  ["MutationCtx", { role: "ctx", access: "mutation" }],
  ["ActionCtx", { role: "ctx", access: "action" }],
  // A mutation's database may be passed for a reader, so a reader tells nothing about the function.
  ["DatabaseReader", { role: "db", access: null }],
  ["DatabaseWriter", { role: "db", access: "mutation" }],
]);

/** How far aliases are followed: enough for people, and an end for circles. */
const maxDepth = 8;

/**
 * Tells which expressions of a file are contexts and databases of ours: the first parameter of a
 * handler, what is annotated as one, and constants made from these. Anything else, whatever its
 * name, is not.
 */
export function capabilityFinder(
  ts: TypeScript,
  sourceFile: ts.SourceFile,
  imports: Imports,
  scopes: Scopes,
  handlers: ReadonlyMap<ts.Node, FunctionDefinition>,
): Finder {
  const find = (expression: ts.Expression, depth = 0): Capability | null => {
    if (depth > maxDepth) return null;
    const inner = unwrap(ts, expression);
    if (ts.isPropertyAccessExpression(inner)) {
      return inner.name.text === "db" ? databaseOf(find(inner.expression, depth + 1)) : null;
    }
    return ts.isIdentifier(inner) ? ofBinding(scopes.resolve(inner), depth + 1) : null;
  };

  const ofBinding = (binding: Binding | null, depth: number): Capability | null => {
    const declaration = binding?.declaration;
    if (declaration === undefined || depth > maxDepth) return null;
    if (ts.isParameter(declaration) || ts.isVariableDeclaration(declaration)) {
      return ofDeclaration(declaration, depth);
    }
    return ts.isBindingElement(declaration) ? ofElement(declaration, depth) : null;
  };

  const ofDeclaration = (
    declaration: ts.ParameterDeclaration | ts.VariableDeclaration,
    depth: number,
  ): Capability | null => {
    const annotated = declaration.type === undefined ? null : ofType(declaration.type, depth);
    if (annotated !== null) return annotated;
    if (ts.isVariableDeclaration(declaration)) {
      return declaration.initializer !== undefined && isConst(ts, declaration)
        ? find(declaration.initializer, depth + 1)
        : null;
    }
    const definition = handlers.get(declaration.parent);
    if (definition === undefined || definition.handler.parameters[0] !== declaration) return null;
    return { role: "ctx", access: definition.builder?.kind ?? null, definition };
  };

  const ofElement = (element: ts.BindingElement, depth: number): Capability | null => {
    if (element.dotDotDotToken !== undefined || !ts.isObjectBindingPattern(element.parent)) {
      return null;
    }
    const property = element.propertyName ?? element.name;
    if (!ts.isIdentifier(property) || property.text !== "db") return null;
    const whole = element.parent.parent;
    return databaseOf(
      ts.isBindingElement(whole) ? ofElement(whole, depth + 1) : ofDeclaration(whole, depth),
    );
  };

  const ofType = (type: ts.TypeNode, depth: number): Capability | null => {
    if (depth > maxDepth) return null;
    if (ts.isParenthesizedTypeNode(type)) return ofType(type.type, depth + 1);
    if (ts.isIndexedAccessTypeNode(type)) {
      const key = ts.isLiteralTypeNode(type.indexType) ? type.indexType.literal : null;
      return key !== null && ts.isStringLiteral(key) && key.text === "db"
        ? databaseOf(ofType(type.objectType, depth + 1))
        : null;
    }
    if (ts.isUnionTypeNode(type) || ts.isIntersectionTypeNode(type)) {
      const members = type.types.map((member) => ofType(member, depth + 1));
      const found = members.filter((member) => member !== null);
      const [first] = found;
      if (first === undefined) return null;
      if (ts.isUnionTypeNode(type) && found.length < members.length) return null;
      const sameAccess = found.every((member) => member.access === first.access);
      return sameAccess ? first : { ...first, access: null };
    }
    if (ts.isTypeLiteralNode(type)) return ofTypeLiteral(type, depth);
    if (!ts.isTypeReferenceNode(type)) return null;
    return ofTypeReference(type, depth);
  };

  const ofTypeLiteral = (type: ts.TypeLiteralNode, depth: number): Capability | null => {
    for (const member of type.members) {
      if (!ts.isPropertySignature(member) || member.type === undefined) continue;
      if (!ts.isIdentifier(member.name) || member.name.text !== "db") continue;
      const database = ofType(member.type, depth + 1);
      return database?.role === "db" ? { ...database, role: "ctx" } : null;
    }
    return null;
  };

  const ofTypeReference = (type: ts.TypeReferenceNode, depth: number): Capability | null => {
    const name = type.typeName;
    if (ts.isQualifiedName(name)) {
      const namespace = ts.isIdentifier(name.left) ? imports.get(name.left.text) : undefined;
      return namespace?.imported === "*" ? named(namespace.module, name.right.text) : null;
    }
    const imported = imports.get(name.text);
    if (imported !== undefined) return named(imported.module, imported.imported);
    const [argument] = type.typeArguments ?? [];
    if (argument !== undefined && (name.text === "Pick" || name.text === "Readonly")) {
      return ofType(argument, depth + 1);
    }
    for (const statement of sourceFile.statements) {
      if (ts.isTypeAliasDeclaration(statement) && statement.name.text === name.text) {
        return ofType(statement.type, depth + 1);
      }
    }
    return null;
  };

  const named = (module: string, name: string): Capability | null => {
    const known = isGeneratedServer(module)
      ? typeNames.get(name)
      : module === "convoy/server"
        ? typeNames.get(name.replace(/^Generic/, ""))
        : undefined;
    return known === undefined ? null : { ...known, definition: null };
  };

  return (expression) => find(expression);
}

function databaseOf(context: Capability | null): Capability | null {
  return context?.role === "ctx" && context.access !== "action" ? { ...context, role: "db" } : null;
}
