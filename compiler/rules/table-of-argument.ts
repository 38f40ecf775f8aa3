import type ts from "typescript";
import { scopesIn } from "../syntax/scope.js";
import { unwrap } from "../syntax/tree.js";
import type { SourceRuleContext } from "./rule.js";

/**
 * The table of an id that a handler was given, as the definition's `args` have it: what `id` is in
 * `query({ args: { id: defineRef("users") }, handler: (ctx, { id }) => … })`. Most ids come this way,
 * and to ask for a type takes longer. `null` for all others.
 */
export function tableOfArgument(context: SourceRuleContext, value: ts.Expression): string | null {
  const { ts, sourceFile, syntax } = context;
  const identifier = unwrap(ts, value);
  if (identifier !== value || !ts.isIdentifier(identifier)) return null;
  const element = scopesIn(ts, sourceFile).resolve(identifier)?.declaration;
  if (element === undefined || !ts.isBindingElement(element)) return null;
  const name = element.propertyName ?? element.name;
  const { initializer, dotDotDotToken, parent: pattern } = element;
  if (initializer !== undefined || dotDotDotToken !== undefined || !ts.isIdentifier(name)) {
    return null;
  }
  const parameter = pattern.parent;
  if (!ts.isParameter(parameter) || parameter.type !== undefined) return null;
  const definition = syntax.definitions.find(
    ({ handler, builder }) => builder !== null && handler.parameters[1] === parameter,
  );
  const [options] = definition?.call.arguments ?? [];
  const args = options && propertyOf(context, options, "args");
  const validator = args && propertyOf(context, args, name.text);
  return syntax.refs.find(({ call }) => call === validator)?.table.name ?? null;
}

function propertyOf(
  { ts }: SourceRuleContext,
  object: ts.Expression,
  name: string,
): ts.Expression | null {
  if (!ts.isObjectLiteralExpression(object)) return null;
  let found: ts.Expression | null = null;
  for (const property of object.properties) {
    // One that is spread may come after it.
    if (!ts.isPropertyAssignment(property) && !ts.isMethodDeclaration(property)) return null;
    if (!ts.isIdentifier(property.name)) return null;
    if (property.name.text === name) {
      found = ts.isPropertyAssignment(property) ? property.initializer : null;
    }
  }
  return found;
}
