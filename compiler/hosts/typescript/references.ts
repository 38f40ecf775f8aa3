import type ts from "typescript";

/** What a source file takes from other files. */
export interface FileReferences {
  /** The specifiers of everything that it imports, types included. */
  readonly specifiers: readonly ts.StringLiteralLike[];
  /** Uses of the generated `api` and `internal`. */
  readonly api: readonly ApiReference[];
}

/** `api.projects.list`, as far as it is written out. */
export interface ApiReference {
  readonly path: readonly string[];
  readonly position: number;
  readonly node: ts.PropertyAccessExpression | ts.Identifier;
}

const cache = new WeakMap<ts.SourceFile, FileReferences>();

/** Reads the syntax of a file, once. */
export function fileReferences(typescript: typeof ts, file: ts.SourceFile): FileReferences {
  let found = cache.get(file);
  if (!found) {
    found = readReferences(typescript, file);
    cache.set(file, found);
  }
  return found;
}

function readReferences(typescript: typeof ts, file: ts.SourceFile): FileReferences {
  const specifiers: ts.StringLiteralLike[] = [];
  const api: ApiReference[] = [];
  const apiNames = namesOfApi(typescript, file);

  const visit = (node: ts.Node): void => {
    const specifier = specifierOf(typescript, node);
    if (specifier) specifiers.push(specifier);
    if (typescript.isPropertyAccessExpression(node)) {
      const path = pathOf(typescript, node, apiNames);
      if (path) {
        api.push({ path, position: node.pos, node });
        return;
      }
    } else if (typescript.isIdentifier(node) && apiNames.has(node.text)) {
      // The whole api is handed on: anything may be read from it. Imports name it too; no harm.
      api.push({ path: [], position: node.pos, node });
    }
    if (!typescript.isImportDeclaration(node)) typescript.forEachChild(node, visit);
  };
  typescript.forEachChild(file, visit);
  return { specifiers, api };
}

function specifierOf(typescript: typeof ts, node: ts.Node): ts.StringLiteralLike | null {
  const found =
    typescript.isImportDeclaration(node) || typescript.isExportDeclaration(node)
      ? node.moduleSpecifier
      : typescript.isImportTypeNode(node) && typescript.isLiteralTypeNode(node.argument)
        ? node.argument.literal
        : typescript.isCallExpression(node) &&
            node.expression.kind === typescript.SyntaxKind.ImportKeyword
          ? node.arguments[0]
          : undefined;
  return found && typescript.isStringLiteralLike(found) ? found : null;
}

/** The local names of what a file imports from `_generated/api`. */
function namesOfApi(typescript: typeof ts, file: ts.SourceFile): ReadonlySet<string> {
  const names = new Set<string>();
  for (const statement of file.statements) {
    if (!typescript.isImportDeclaration(statement)) continue;
    const specifier = statement.moduleSpecifier;
    if (!typescript.isStringLiteral(specifier)) continue;
    if (!/\/_generated\/api(?:Types)?(?:\.[a-z]+)?$/.test(specifier.text)) continue;
    const bindings = statement.importClause?.namedBindings;
    if (!bindings) continue;
    if (typescript.isNamespaceImport(bindings)) names.add(bindings.name.text);
    else for (const element of bindings.elements) names.add(element.name.text);
  }
  return names;
}

function pathOf(
  typescript: typeof ts,
  node: ts.PropertyAccessExpression,
  apiNames: ReadonlySet<string>,
): readonly string[] | null {
  const path: string[] = [];
  let current: ts.Expression = node;
  while (typescript.isPropertyAccessExpression(current)) {
    path.unshift(current.name.text);
    current = current.expression;
  }
  return typescript.isIdentifier(current) && apiNames.has(current.text) ? path : null;
}

/** Whether a reference may stand for the function at `segments` (its module's, then its name). */
export function mayRefer(reference: ApiReference, segments: readonly string[]): boolean {
  const shared = Math.min(reference.path.length, segments.length);
  return reference.path.slice(0, shared).every((segment, i) => segment === segments[i]);
}
