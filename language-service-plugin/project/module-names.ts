import type ts from "typescript";
import { isExported } from "../../compiler/hosts/typescript/exported-names.js";
import type { FunctionVisibility } from "../../compiler/model/facts.js";
import {
  isFunctionsModule,
  modulePath,
  type ProjectLayout,
  relativeToRoot,
} from "../../compiler/project/layout.js";
import type { ModuleName } from "../../compiler/rules/rule.js";
import { fileSyntax } from "../../compiler/syntax/file-syntax.js";

/** What a module exports under a name, by its syntax: a function, or a value that nobody asks for. */
export interface NamedFunction {
  /** As `api` has it. */
  readonly name: string;
  /** `null` where it is made elsewhere, or by somebody's own wrapper. */
  readonly visibility: FunctionVisibility | null;
  /** Its name where it is declared; where it is exported, if that is from elsewhere or by another name. */
  readonly node: ts.Identifier;
  /** What exports it: `list` in `export { list }`. `null` where its declaration does. */
  readonly specifier: ts.ExportSpecifier | null;
}

const functions = new WeakMap<ts.SourceFile, readonly NamedFunction[]>();

/** The functions that a module exports, but for those of an `export *`. */
export function namedFunctions(
  typescript: typeof ts,
  file: ts.SourceFile,
): readonly NamedFunction[] {
  let known = functions.get(file);
  if (known === undefined) functions.set(file, (known = readFunctions(typescript, file)));
  return known;
}

function readFunctions(typescript: typeof ts, file: ts.SourceFile): readonly NamedFunction[] {
  const visibilities = new Map<ts.Node, FunctionVisibility>();
  for (const { call, builder } of fileSyntax(typescript, file).definitions) {
    if (builder) visibilities.set(call.parent, builder.visibility);
  }
  const declarations = new Map<string, ts.VariableDeclaration & { name: ts.Identifier }>();
  for (const declaration of variablesIn(typescript, file.statements)) {
    declarations.set(declaration.name.text, declaration);
  }
  const found: NamedFunction[] = [];
  for (const statement of file.statements) {
    if (isExported(typescript, statement)) {
      for (const declaration of variablesIn(typescript, [statement])) {
        const { name: node } = declaration;
        const visibility = visibilities.get(declaration) ?? null;
        found.push({ name: node.text, visibility, node, specifier: null });
      }
    }
    for (const specifier of specifiersIn(typescript, statement)) {
      const { name, propertyName, parent } = specifier;
      // A name in quotes can be no function's.
      if (!typescript.isIdentifier(name)) continue;
      const isOwn = parent.parent.moduleSpecifier === undefined;
      const local = isOwn ? declarations.get((propertyName ?? name).text) : undefined;
      const visibility = (local && visibilities.get(local)) ?? null;
      const node = local && propertyName === undefined ? local.name : name;
      found.push({ name: name.text, visibility, node, specifier });
    }
  }
  return found;
}

function variablesIn(
  typescript: typeof ts,
  statements: readonly ts.Statement[],
): readonly (ts.VariableDeclaration & { name: ts.Identifier })[] {
  return statements.flatMap((statement) =>
    typescript.isVariableStatement(statement)
      ? statement.declarationList.declarations.filter(
          (declaration): declaration is typeof declaration & { name: ts.Identifier } =>
            typescript.isIdentifier(declaration.name),
        )
      : [],
  );
}

/** The values that a statement exports by their names alone. */
function specifiersIn(
  typescript: typeof ts,
  statement: ts.Statement,
): readonly ts.ExportSpecifier[] {
  if (!typescript.isExportDeclaration(statement) || statement.isTypeOnly) return [];
  const { exportClause } = statement;
  if (exportClause === undefined || !typescript.isNamedExports(exportClause)) return [];
  return exportClause.elements.filter(({ isTypeOnly }) => !isTypeOnly);
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
