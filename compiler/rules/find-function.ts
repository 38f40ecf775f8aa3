import type ts from "typescript";
import type { FunctionFacts, ModuleFacts } from "../model/facts.js";
import type { TypeScript } from "../syntax/tree.js";

/** The function of the module whose definition contains the node. */
export function functionAt(
  ts: TypeScript,
  sourceFile: ts.SourceFile,
  module: ModuleFacts | null,
  node: ts.Node,
): FunctionFacts | null {
  if (module === null) return null;
  let name: ts.BindingName | undefined;
  for (let at = node; at.parent !== undefined; at = at.parent) {
    // The outermost declaration is the exported one.
    if (ts.isVariableDeclaration(at)) name = at.name;
  }
  if (name === undefined || !ts.isIdentifier(name)) return null;
  const { text } = name;
  const start = name.getStart(sourceFile);
  return (
    module.functions.find((fn) => fn.span.start === start) ??
    // `export { list }`: the span is that of the specifier.
    module.functions.find((fn) => fn.name === text || exportedFrom(ts, sourceFile, fn, text)) ??
    null
  );
}

function exportedFrom(
  ts: TypeScript,
  sourceFile: ts.SourceFile,
  fn: FunctionFacts,
  local: string,
): boolean {
  return sourceFile.statements.some(
    (statement) =>
      ts.isExportDeclaration(statement) &&
      statement.moduleSpecifier === undefined &&
      statement.exportClause !== undefined &&
      ts.isNamedExports(statement.exportClause) &&
      statement.exportClause.elements.some(
        (element) => element.name.text === fn.name && element.propertyName?.text === local,
      ),
  );
}
