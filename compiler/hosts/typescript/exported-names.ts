import type ts from "typescript";

/**
 * The names of the values that a module exports by itself, by its syntax alone. A superset will
 * do: a name that is no function is never asked for.
 */
export function exportedNames(typescript: typeof ts, file: ts.SourceFile): readonly string[] {
  const names = new Set<string>();
  for (const statement of file.statements) {
    if (typescript.isExportDeclaration(statement)) {
      if (statement.isTypeOnly) continue;
      const clause = statement.exportClause;
      if (!clause || !typescript.isNamedExports(clause)) continue;
      for (const element of clause.elements) if (!element.isTypeOnly) names.add(element.name.text);
      continue;
    }
    if (!isExported(typescript, statement)) continue;
    if (typescript.isVariableStatement(statement)) {
      for (const { name } of statement.declarationList.declarations) {
        for (const text of boundNames(typescript, name)) names.add(text);
      }
    } else if (
      typescript.isFunctionDeclaration(statement) ||
      typescript.isClassDeclaration(statement)
    ) {
      if (statement.name) names.add(statement.name.text);
    }
  }
  names.delete("default");
  return [...names].toSorted();
}

/** Whether a declaration has the word `export` before it. */
export function isExported(typescript: typeof ts, statement: ts.Statement): boolean {
  return (
    typescript.canHaveModifiers(statement) &&
    (typescript.getModifiers(statement) ?? []).some(
      (modifier) => modifier.kind === typescript.SyntaxKind.ExportKeyword,
    )
  );
}

function boundNames(typescript: typeof ts, name: ts.BindingName): readonly string[] {
  if (typescript.isIdentifier(name)) return [name.text];
  return name.elements.flatMap((element) =>
    typescript.isBindingElement(element) ? boundNames(typescript, element.name) : [],
  );
}
