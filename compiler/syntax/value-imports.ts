import type ts from "typescript";
import type { TypeScript } from "./tree.js";

/** A module that a file loads when it runs. */
export interface ValueImport {
  readonly module: string;
  readonly statement: (ts.ImportDeclaration | ts.ExportDeclaration) & {
    readonly moduleSpecifier: ts.Expression;
  };
}

/** The imports and re-exports that are more than types. */
export function valueImports(ts: TypeScript, sourceFile: ts.SourceFile): readonly ValueImport[] {
  const found: ValueImport[] = [];
  for (const statement of sourceFile.statements) {
    if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) continue;
    const { moduleSpecifier } = statement;
    if (moduleSpecifier === undefined || !ts.isStringLiteral(moduleSpecifier)) continue;
    const isValue = ts.isImportDeclaration(statement)
      ? importsValue(ts, statement.importClause)
      : exportsValue(ts, statement);
    if (isValue) {
      found.push({
        module: moduleSpecifier.text,
        statement: statement as ValueImport["statement"],
      });
    }
  }
  return found;
}

function importsValue(ts: TypeScript, clause: ts.ImportClause | undefined): boolean {
  if (clause === undefined) return true;
  if (clause.isTypeOnly) return false;
  const bindings = clause.namedBindings;
  if (clause.name !== undefined || bindings === undefined) return true;
  return ts.isNamespaceImport(bindings) || bindings.elements.some((it) => !it.isTypeOnly);
}

function exportsValue(ts: TypeScript, { isTypeOnly, exportClause }: ts.ExportDeclaration): boolean {
  if (isTypeOnly) return false;
  return (
    exportClause === undefined ||
    ts.isNamespaceExport(exportClause) ||
    exportClause.elements.some((it) => !it.isTypeOnly)
  );
}

/** Whether the file starts with a directive such as `"use client"`. */
export function hasDirective(ts: TypeScript, sourceFile: ts.SourceFile, text: string): boolean {
  for (const statement of sourceFile.statements) {
    if (!ts.isExpressionStatement(statement) || !ts.isStringLiteral(statement.expression)) {
      return false;
    }
    if (statement.expression.text === text) return true;
  }
  return false;
}

export function hasJsx(ts: TypeScript, sourceFile: ts.SourceFile): boolean {
  if (!/\.[jt]sx$/.test(sourceFile.fileName)) return false;
  const visit = (node: ts.Node): boolean =>
    ts.isJsxElement(node) ||
    ts.isJsxSelfClosingElement(node) ||
    ts.isJsxFragment(node) ||
    (ts.forEachChild(node, (child) => visit(child) || undefined) ?? false);
  return visit(sourceFile);
}
