import type ts from "typescript";
import { Follower } from "../../compiler/hosts/typescript/follow.js";
import { modulePath } from "../../compiler/project/layout.js";
import { namedFunctions } from "../project/module-names.js";
import type { View } from "../project/views.js";
import type { Name } from "./name.js";
import type { Occurrence } from "./occurrence.js";

const extensions = [".ts", ".tsx", ".mts", ".cts"];

/** The file of a module; a client's program may not have it, but the disk does. */
export function moduleFile({ program, host, project }: View, module: string): string | null {
  const files = extensions.map(
    (extension) => `${project.layout.functionsDir}/${module}${extension}`,
  );
  return (
    files.find((file) => program.getSourceFile(file) !== undefined) ??
    files.find((file) => host.fileExists(file)) ??
    null
  );
}

/** Where a module declares a function; the start of the file for a module. */
export function functionDefinition(view: View, name: Name): Occurrence | null {
  if (name.kind !== "function") return null;
  const fileName = moduleFile(view, name.module);
  const file = fileName === null ? null : readModule(view, fileName);
  if (file === null) return null;
  if (name.name === null) return occurrence(name, file, 0, 0);
  const found = namedFunctions(view.ts, file).find((fn) => fn.name === name.name);
  if (found === undefined) return null;
  const start = found.node.getStart(file);
  return occurrence(name, file, start, found.node.end - start);
}

/**
 * Where a function is declared whose name its module exports without writing it in a way of its own, by
 * `export *` or a pattern: a place to go to, but not one where a new name can be written.
 */
export function typedDefinition(view: View, name: Name): Occurrence | null {
  const { ts: typescript, program } = view;
  if (name.kind !== "function") return null;
  const fileName = moduleFile(view, name.module);
  const module = fileName === null ? undefined : program.getSourceFile(fileName);
  if (module === undefined) return null;
  const checker = program.getTypeChecker();
  const symbol = checker.getSymbolAtLocation(module);
  const exported = symbol && checker.getExportsOfModule(symbol);
  const found = exported?.find((one) => one.name === name.name);
  const target = found && new Follower(typescript, checker).throughAliases(found);
  const declaration = target?.valueDeclaration;
  const node = declaration && typescript.getNameOfDeclaration(declaration);
  if (!node) return null;
  const file = node.getSourceFile();
  const start = node.getStart(file);
  return occurrence(name, file, start, node.end - start);
}

/** What exports the function whose name is written at a place; `null` where its declaration does. */
export function exportSpecifierOf(
  { ts: typescript, program }: View,
  { fileName, span }: Occurrence,
): ts.ExportSpecifier | null {
  const file = program.getSourceFile(fileName);
  const found = file && namedFunctions(typescript, file);
  return found?.find(({ node }) => node.getStart(file) === span.start)?.specifier ?? null;
}

function readModule(
  { ts: typescript, program, host }: View,
  fileName: string,
): ts.SourceFile | null {
  const known = program.getSourceFile(fileName);
  if (known !== undefined) return known;
  const text = host.readFile(fileName);
  const { Latest } = typescript.ScriptTarget;
  return text === undefined ? null : typescript.createSourceFile(fileName, text, Latest, true);
}

/** The functions that a module declares. */
export function* functionDefinitions(view: View, file: ts.SourceFile): Generator<Occurrence> {
  const { ts: typescript, program, project } = view;
  if (!project.files.modules(program).includes(file)) return;
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
