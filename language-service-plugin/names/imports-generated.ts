import type ts from "typescript";
import type { View } from "../project/views.js";

/** Whether a file imports a generated module of this project: one whose specifier passes `test`. */
export function importsGenerated(
  { ts: typescript, program, project }: View,
  sourceFile: ts.SourceFile,
  test: (module: string) => boolean,
): boolean {
  const checker = program.getTypeChecker();
  return sourceFile.statements.some((statement) => {
    if (!typescript.isImportDeclaration(statement)) return false;
    const specifier = statement.moduleSpecifier;
    if (!typescript.isStringLiteral(specifier) || !test(specifier.text)) return false;
    const [declaration] = checker.getSymbolAtLocation(specifier)?.declarations ?? [];
    const target = declaration?.getSourceFile().fileName;
    return target?.startsWith(`${project.layout.generatedDir}/`) === true;
  });
}
