import type ts from "typescript";
import { type ApiReference, fileReferences } from "../../compiler/hosts/typescript/references.js";
import { isGeneratedApi } from "../../compiler/syntax/imports.js";
import type { View } from "../project/views.js";
import { moduleFile } from "./function-definitions.js";
import { importsGenerated } from "./imports-generated.js";
import type { Name } from "./name.js";
import type { Occurrence } from "./occurrence.js";

/** Where a file uses functions through `api` and `internal`. */
export function* apiUses(view: View, sourceFile: ts.SourceFile): Generator<Occurrence> {
  const { ts: typescript } = view;
  const { api } = fileReferences(typescript, sourceFile);
  if (api.length === 0 || !importsGenerated(view, sourceFile, isGeneratedApi)) return;
  for (const reference of api) yield* usesIn(view, sourceFile, reference);
}

/** Each of the names in `api.admin.users.list`. */
function* usesIn(
  view: View,
  sourceFile: ts.SourceFile,
  { path, node }: ApiReference,
): Generator<Occurrence> {
  let at: ts.Expression = node;
  for (let length = path.length; view.ts.isPropertyAccessExpression(at); length--) {
    const name = nameOf(view, path.slice(0, length));
    if (name !== null) {
      const start = at.name.getStart(sourceFile);
      yield {
        name,
        fileName: sourceFile.fileName,
        span: { start, length: at.name.end - start },
        isDefinition: false,
        isShorthand: false,
      };
    }
    at = at.expression;
  }
}

function nameOf(view: View, path: readonly string[]): Name | null {
  const whole = path.join("/");
  if (moduleFile(view, whole) !== null) return { kind: "function", module: whole, name: null };
  const module = path.slice(0, -1).join("/");
  const name = path.at(-1);
  const isFunction = name !== undefined && module !== "" && moduleFile(view, module) !== null;
  return isFunction ? { kind: "function", module, name } : null;
}
