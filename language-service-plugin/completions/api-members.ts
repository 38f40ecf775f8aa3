import type ts from "typescript";
import { modulePath } from "../../compiler/project/layout.js";
import { importsOf, isGeneratedApi } from "../../compiler/syntax/imports.js";
import { importsGenerated } from "../names/imports-generated.js";
import { nodeAt } from "../names/literal-at.js";
import { namedFunctions } from "../project/module-names.js";
import type { View } from "../project/views.js";

/** TypeScript's completions after `api.projects.`, with the functions that are not generated yet. */
export function withNewFunctions(
  view: View,
  position: number,
  given: ts.WithMetadata<ts.CompletionInfo> | undefined,
): ts.WithMetadata<ts.CompletionInfo> | undefined {
  const path = apiPathAt(view, position);
  if (path === null) return given;
  const known = new Set(given?.entries.map(({ name }) => name));
  const added = membersAt(view, path).filter((name) => !known.has(name));
  if (added.length === 0) return given;
  const entries = added.map((name) => ({
    name,
    kind: view.ts.ScriptElementKind.memberVariableElement,
    kindModifiers: "",
    sortText: "11",
    labelDetails: { description: "not generated yet" },
  }));
  return {
    isGlobalCompletion: false,
    isMemberCompletion: true,
    isNewIdentifierLocation: false,
    ...given,
    entries: [...(given?.entries ?? []), ...entries],
  };
}

interface ApiPath {
  readonly visibility: "public" | "internal";
  readonly segments: readonly string[];
}

/** What stands before the dot: `api.admin` in `api.admin.us`. */
function apiPathAt(view: View, position: number): ApiPath | null {
  const { ts: typescript, sourceFile } = view;
  const { parent } = nodeAt(typescript, sourceFile, position);
  if (parent === undefined || !typescript.isPropertyAccessExpression(parent)) return null;
  if (position < parent.name.getStart(sourceFile)) return null;
  const segments: string[] = [];
  let at: ts.Expression = parent.expression;
  for (; typescript.isPropertyAccessExpression(at); at = at.expression) {
    segments.unshift(at.name.text);
  }
  if (!typescript.isIdentifier(at)) return null;
  const imported = importsOf(typescript, sourceFile).get(at.text);
  if (imported === undefined || !isGeneratedApi(imported.module)) return null;
  if (!importsGenerated(view, sourceFile, isGeneratedApi)) return null;
  return { visibility: imported.imported === "internal" ? "internal" : "public", segments };
}

const members = new WeakMap<readonly ts.SourceFile[], Map<string, readonly string[]>>();

/** Found once while no module changes: asked at every letter after a dot. */
function membersAt(view: View, path: ApiPath): readonly string[] {
  const modules = view.project.files.modules(view.program);
  let known = members.get(modules);
  if (known === undefined) members.set(modules, (known = new Map()));
  const key = [path.visibility, ...path.segments].join("/");
  let names = known.get(key);
  if (names === undefined) known.set(key, (names = findMembers(view, modules, path)));
  return names;
}

function findMembers(
  { ts: typescript, project }: View,
  modules: readonly ts.SourceFile[],
  { visibility, segments }: ApiPath,
): readonly string[] {
  const start = segments.map((segment) => `${segment}/`).join("");
  const names = new Set<string>();
  for (const file of modules) {
    const path = modulePath(project.layout, file.fileName);
    if (!`${path}/`.startsWith(start)) continue;
    const functions = namedFunctions(typescript, file).filter(
      (found) => found.visibility === visibility,
    );
    const [below = ""] = path.slice(start.length).split("/");
    if (path.length >= start.length && functions.length > 0) names.add(below);
    else for (const { name } of functions) names.add(name);
  }
  return [...names];
}
