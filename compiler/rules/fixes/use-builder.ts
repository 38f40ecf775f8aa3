import type ts from "typescript";
import type { TextEdit } from "../../model/diagnostic.js";
import type { FunctionDefinition } from "../../syntax/definition.js";
import { isGeneratedServer } from "../../syntax/imports.js";
import { unwrap } from "../../syntax/tree.js";
import type { SourceRuleContext } from "../rule.js";

/** Defines the function with another builder, imported beside the one it has. */
export function useBuilder(
  context: SourceRuleContext,
  definition: FunctionDefinition,
  name: string,
): readonly TextEdit[] | null {
  const { ts } = context;
  const callee = unwrap(ts, definition.call.expression);
  if (ts.isPropertyAccessExpression(callee)) {
    return [{ span: context.spanOf(callee.name), newText: name }];
  }
  if (!ts.isIdentifier(callee)) return null;
  const specifiers = builderImports(context);
  const present = specifiers?.find((it) => (it.propertyName ?? it.name).text === name);
  const rename = { span: context.spanOf(callee), newText: present?.name.text ?? name };
  if (present !== undefined) return [rename];
  const last = specifiers?.at(-1);
  if (last === undefined) return null;
  const span = { file: context.file, start: last.end, length: 0 };
  return [{ span, newText: `, ${name}` }, rename];
}

function builderImports({
  ts,
  sourceFile,
}: SourceRuleContext): readonly ts.ImportSpecifier[] | null {
  for (const statement of sourceFile.statements) {
    if (!ts.isImportDeclaration(statement)) continue;
    const { moduleSpecifier, importClause } = statement;
    if (!ts.isStringLiteral(moduleSpecifier) || !isGeneratedServer(moduleSpecifier.text)) continue;
    const bindings = importClause?.namedBindings;
    if (importClause?.isTypeOnly || bindings === undefined || !ts.isNamedImports(bindings))
      continue;
    return bindings.elements;
  }
  return null;
}
