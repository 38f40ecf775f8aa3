import type ts from "typescript";
import { type ApiReference, fileReferences } from "../../compiler/hosts/typescript/references.js";
import { modulePath } from "../../compiler/project/layout.js";
import { isGeneratedApi } from "../../compiler/syntax/imports.js";
import { namedFunctions } from "../project/module-names.js";
import type { View } from "../project/views.js";
import type { Name } from "./name.js";
import type { Occurrence } from "./occurrence.js";

/** Where a file uses functions through `api` and `internal`. */
export function* apiUses(view: View, sourceFile: ts.SourceFile): Generator<Occurrence> {
  const { ts: typescript } = view;
  const { api } = fileReferences(typescript, sourceFile);
  if (api.length === 0 || !importsApiOf(view, sourceFile)) return;
  for (const reference of api) yield* usesIn(view, sourceFile, reference);
}

/** Each of the names in `api.admin.users.list`. */
function* usesIn(
  { ts: typescript, program, project }: View,
  sourceFile: ts.SourceFile,
  { path, node }: ApiReference,
): Generator<Occurrence> {
  const modules = project
    .moduleFiles(program)
    .map(({ fileName }) => modulePath(project.layout, fileName));
  let at: ts.Expression = node;
  for (let length = path.length; typescript.isPropertyAccessExpression(at); length--) {
    const name = nameOf(path.slice(0, length), modules);
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

function nameOf(path: readonly string[], modules: readonly string[]): Name | null {
  const whole = path.join("/");
  if (modules.includes(whole)) return { kind: "function", module: whole, name: null };
  const module = path.slice(0, -1).join("/");
  const name = path.at(-1);
  return name !== undefined && modules.includes(module) ? { kind: "function", module, name } : null;
}

/** Whether it is the api of this project that the file imports. */
export function importsApiOf(
  { ts: typescript, program, project }: View,
  sourceFile: ts.SourceFile,
): boolean {
  const checker = program.getTypeChecker();
  return fileReferences(typescript, sourceFile).specifiers.some((specifier) => {
    if (!isGeneratedApi(specifier.text)) return false;
    const [declaration] = checker.getSymbolAtLocation(specifier)?.declarations ?? [];
    const target = declaration?.getSourceFile().fileName;
    return target?.startsWith(`${project.layout.generatedDir}/`) === true;
  });
}

/** Where a module declares a function; the start of the file for a module. */
export function functionDefinition(view: View, name: Name): Occurrence | null {
  if (name.kind !== "function") return null;
  const { ts: typescript, program, project } = view;
  for (const file of project.moduleFiles(program)) {
    if (modulePath(project.layout, file.fileName) !== name.module) continue;
    if (name.name === null) return occurrence(name, file, 0, 0);
    const found = namedFunctions(typescript, file).find((fn) => fn.name === name.name);
    if (found !== undefined) {
      const start = found.node.getStart(file);
      return occurrence(name, file, start, found.node.end - start);
    }
  }
  return null;
}

/** The functions that a module declares. */
export function* functionDefinitions(view: View, file: ts.SourceFile): Generator<Occurrence> {
  const { ts: typescript, program, project } = view;
  if (!project.moduleFiles(program).includes(file)) return;
  const module = modulePath(project.layout, file.fileName);
  for (const { name, node } of namedFunctions(typescript, file)) {
    const start = node.getStart(file);
    yield occurrence({ kind: "function", module, name }, file, start, node.end - start);
  }
}

function occurrence(name: Name, file: ts.SourceFile, start: number, length: number): Occurrence {
  return {
    name,
    fileName: file.fileName,
    span: { start, length },
    isDefinition: true,
    isShorthand: false,
  };
}
