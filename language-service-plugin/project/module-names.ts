import type ts from "typescript";
import { exportedNames } from "../../compiler/hosts/typescript/exported-names.js";
import type { FunctionVisibility } from "../../compiler/model/facts.js";
import {
  isFunctionsModule,
  modulePath,
  type ProjectLayout,
  relativeToRoot,
} from "../../compiler/project/layout.js";
import type { ModuleName } from "../../compiler/rules/rule.js";
import { fileSyntax } from "../../compiler/syntax/file-syntax.js";

/** A function, as far as the syntax of its module tells. */
export interface NamedFunction {
  readonly name: string;
  /** `null` where somebody's own wrapper makes it. */
  readonly visibility: FunctionVisibility | null;
  /** Its name where it is declared. */
  readonly node: ts.Identifier;
}

const functions = new WeakMap<ts.SourceFile, readonly NamedFunction[]>();

/** The functions that a module exports: what a call that is given a `handler` makes. */
export function namedFunctions(
  typescript: typeof ts,
  file: ts.SourceFile,
): readonly NamedFunction[] {
  let known = functions.get(file);
  if (known === undefined) functions.set(file, (known = readFunctions(typescript, file)));
  return known;
}

function readFunctions(typescript: typeof ts, file: ts.SourceFile): readonly NamedFunction[] {
  const exported = new Set(exportedNames(typescript, file));
  const found: NamedFunction[] = [];
  for (const { call, builder } of fileSyntax(typescript, file).definitions) {
    const declaration = call.parent;
    if (!typescript.isVariableDeclaration(declaration)) continue;
    const { name } = declaration;
    if (!typescript.isIdentifier(name) || !exported.has(name.text)) continue;
    found.push({ name: name.text, visibility: builder?.visibility ?? null, node: name });
  }
  return found;
}

const names = new WeakMap<readonly ts.SourceFile[], readonly ModuleName[]>();

/** The modules among `files`. The same list for the same files. */
export function moduleNames(
  project: ProjectLayout,
  files: readonly ts.SourceFile[],
): readonly ModuleName[] {
  let known = names.get(files);
  if (known === undefined) {
    known = files
      .filter(({ fileName }) => isFunctionsModule(project, fileName))
      .map(({ fileName }) => ({
        path: modulePath(project, fileName),
        file: relativeToRoot(project, fileName),
      }));
    names.set(files, known);
  }
  return known;
}
