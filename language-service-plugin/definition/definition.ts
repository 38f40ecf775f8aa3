import type ts from "typescript";
import { definitionOfName, nameAt } from "../names/find-names.js";
import { typedDefinition } from "../names/function-definitions.js";
import type { Name } from "../names/name.js";
import type { Occurrence } from "../names/occurrence.js";
import { textOf } from "../names/schema-definitions.js";
import type { View } from "../project/views.js";

/** Where the name at a place is defined; `null` where it is none of ours, or defined there. */
export function definitionAt(
  view: View,
  position: number,
): { readonly definition: ts.DefinitionInfo; readonly textSpan: ts.TextSpan } | null {
  const use = nameAt(view, position);
  if (use === null || use.isDefinition) return null;
  const found = definitionOfName(view, use.name) ?? typedDefinition(view, use.name);
  if (found === null) return null;
  return { definition: definitionInfo(view, found), textSpan: use.span };
}

export function definitionInfo(
  { ts: typescript }: View,
  { name, fileName, span }: Occurrence,
): ts.DefinitionInfo {
  const kind =
    name.kind === "function"
      ? typescript.ScriptElementKind.constElement
      : typescript.ScriptElementKind.memberVariableElement;
  return {
    fileName,
    textSpan: span,
    kind,
    name: textOf(name),
    containerKind: typescript.ScriptElementKind.unknown,
    containerName: containerOf(name),
  };
}

function containerOf(name: Name): string {
  switch (name.kind) {
    case "table":
      return "";
    case "function":
      return name.module;
    default:
      return name.table;
  }
}
