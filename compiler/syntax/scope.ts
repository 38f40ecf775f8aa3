import type ts from "typescript";
import { memoized } from "../memoized.js";
import { isFunction, type TypeScript } from "./tree.js";

/** What a name in value position stands for. */
export interface Binding {
  /** The identifier that declares it. */
  readonly name: ts.Identifier;
  readonly declaration: BindingDeclaration;
}

export type BindingDeclaration =
  | ts.VariableDeclaration
  | ts.ParameterDeclaration
  | ts.BindingElement
  | ts.ImportClause
  | ts.ImportSpecifier
  | ts.NamespaceImport
  | ts.ImportEqualsDeclaration
  | ts.FunctionLikeDeclaration
  | ts.ClassLikeDeclaration
  | ts.EnumDeclaration
  | ts.ModuleDeclaration;

type Names = Map<string, Binding>;

/** Finds what names mean in one file, by its syntax alone. */
export interface Scopes {
  /** What the name means where it stands, or `null` for a global. */
  resolve(identifier: ts.Identifier): Binding | null;
}

const known = new WeakMap<ts.SourceFile, Scopes>();

/** The scopes of a file. Whoever asks shares what was found for others. */
export function scopesIn(ts: TypeScript, sourceFile: ts.SourceFile): Scopes {
  let scopes = known.get(sourceFile);
  if (scopes === undefined) known.set(sourceFile, (scopes = openScopes(ts, sourceFile)));
  return scopes;
}

function openScopes(ts: TypeScript, sourceFile: ts.SourceFile): Scopes {
  const cache = new Map<ts.Node, Names>();
  const opening = scopeKinds(ts);
  let hasVars: boolean | undefined;

  const namesOf = (container: ts.Node): Names => {
    let names = cache.get(container);
    if (names === undefined) {
      // Nearly no file has one, and to look for it is to walk through every function.
      hasVars ??= sourceFile.text.includes("var");
      names = declaredNames(ts, container, hasVars);
      cache.set(container, names);
    }
    return names;
  };

  return {
    resolve(identifier) {
      for (let at: ts.Node | undefined = identifier.parent; at !== undefined; at = at.parent) {
        if (!opening.has(at.kind)) continue;
        const binding = namesOf(at).get(identifier.text);
        if (binding !== undefined) return binding;
      }
      return null;
    },
  };
}

/** By kind, and not by one test after another: asked of every node around every name. */
const scopeKinds: (ts: TypeScript) => ReadonlySet<ts.SyntaxKind> = memoized(
  ({ SyntaxKind }) =>
    new Set([
      SyntaxKind.Block,
      SyntaxKind.ArrowFunction,
      SyntaxKind.FunctionExpression,
      SyntaxKind.FunctionDeclaration,
      SyntaxKind.MethodDeclaration,
      SyntaxKind.Constructor,
      SyntaxKind.GetAccessor,
      SyntaxKind.SetAccessor,
      SyntaxKind.SourceFile,
      SyntaxKind.ForOfStatement,
      SyntaxKind.ForStatement,
      SyntaxKind.ForInStatement,
      SyntaxKind.CaseBlock,
      SyntaxKind.CatchClause,
      SyntaxKind.ModuleBlock,
      SyntaxKind.ClassExpression,
    ]),
);

function declaredNames(ts: TypeScript, container: ts.Node, hasVars: boolean): Names {
  const names: Names = new Map();

  const add = (name: ts.Identifier, declaration: BindingDeclaration): void => {
    names.set(name.text, { name, declaration });
  };
  const addPattern = (
    name: ts.BindingName,
    declaration: ts.VariableDeclaration | ts.ParameterDeclaration | ts.BindingElement,
  ): void => {
    if (ts.isIdentifier(name)) return add(name, declaration);
    for (const element of name.elements) {
      if (ts.isBindingElement(element)) addPattern(element.name, element);
    }
  };
  const addVariables = (list: ts.VariableDeclarationList): void => {
    for (const declaration of list.declarations) addPattern(declaration.name, declaration);
  };
  const addStatement = (statement: ts.Statement): void => {
    if (ts.isVariableStatement(statement)) {
      addVariables(statement.declarationList);
    } else if (ts.isImportDeclaration(statement)) {
      const clause = statement.importClause;
      if (clause?.name !== undefined) add(clause.name, clause);
      const bindings = clause?.namedBindings;
      if (bindings === undefined) return;
      if (ts.isNamespaceImport(bindings)) add(bindings.name, bindings);
      else for (const specifier of bindings.elements) add(specifier.name, specifier);
    } else if (
      ts.isFunctionDeclaration(statement) ||
      ts.isClassDeclaration(statement) ||
      ts.isEnumDeclaration(statement) ||
      ts.isModuleDeclaration(statement) ||
      ts.isImportEqualsDeclaration(statement)
    ) {
      if (statement.name !== undefined && ts.isIdentifier(statement.name)) {
        add(statement.name, statement);
      }
    }
  };

  if (ts.isSourceFile(container) || ts.isBlock(container) || ts.isModuleBlock(container)) {
    container.statements.forEach(addStatement);
  } else if (ts.isCaseBlock(container)) {
    for (const clause of container.clauses) clause.statements.forEach(addStatement);
  } else if (ts.isCatchClause(container)) {
    const variable = container.variableDeclaration;
    if (variable !== undefined) addPattern(variable.name, variable);
  } else if (ts.isClassExpression(container)) {
    if (container.name !== undefined) add(container.name, container);
  } else if (isFunction(ts, container)) {
    if (ts.isFunctionExpression(container) && container.name !== undefined) {
      add(container.name, container);
    }
    if (hasVars && container.body !== undefined) hoistedVariables(ts, container.body, addVariables);
    for (const parameter of container.parameters) addPattern(parameter.name, parameter);
  } else if (
    ts.isForOfStatement(container) ||
    ts.isForInStatement(container) ||
    ts.isForStatement(container)
  ) {
    const { initializer } = container;
    if (initializer !== undefined && ts.isVariableDeclarationList(initializer)) {
      addVariables(initializer);
    }
  }
  return names;
}

/** The `var`s of a function, which belong to all of it wherever they stand. */
function hoistedVariables(
  ts: TypeScript,
  body: ts.Node,
  add: (list: ts.VariableDeclarationList) => void,
): void {
  const visit = (node: ts.Node): void => {
    if (isFunction(ts, node)) return;
    if (ts.isVariableDeclarationList(node)) {
      if ((node.flags & ts.NodeFlags.BlockScoped) === 0) add(node);
      return;
    }
    // Only statements can hold a `var`; expressions need no visit.
    const isExpression =
      ts.isExpressionStatement(node) || ts.isReturnStatement(node) || ts.isThrowStatement(node);
    if (!isExpression) ts.forEachChild(node, visit);
  };
  visit(body);
}

/** Whether the binding is a `const` with a plain name, and so stands for its initializer. */
export function constInitializer(ts: TypeScript, binding: Binding | null): ts.Expression | null {
  const declaration = binding?.declaration;
  if (declaration === undefined || !ts.isVariableDeclaration(declaration)) return null;
  if (!ts.isIdentifier(declaration.name) || !isConst(ts, declaration)) return null;
  return declaration.initializer ?? null;
}

export function isConst(ts: TypeScript, declaration: ts.VariableDeclaration): boolean {
  const list = declaration.parent;
  return ts.isVariableDeclarationList(list) && (list.flags & ts.NodeFlags.Const) !== 0;
}
