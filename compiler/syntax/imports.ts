import type ts from "typescript";
import type { TypeScript } from "./tree.js";

/** One name that a file imports. */
export interface ImportedName {
  readonly module: string;
  /** The name in that module; `*` for the whole of it, `default` for its default export. */
  readonly imported: string;
  readonly typeOnly: boolean;
}

/** The names that a file imports, by their local names. */
export type Imports = ReadonlyMap<string, ImportedName>;

export function importsOf(ts: TypeScript, sourceFile: ts.SourceFile): Imports {
  const imports = new Map<string, ImportedName>();
  for (const statement of sourceFile.statements) {
    if (!ts.isImportDeclaration(statement)) continue;
    const { importClause: clause, moduleSpecifier } = statement;
    if (clause === undefined || !ts.isStringLiteral(moduleSpecifier)) continue;
    const module = moduleSpecifier.text;
    const typeOnly = clause.isTypeOnly;
    if (clause.name !== undefined) {
      imports.set(clause.name.text, { module, imported: "default", typeOnly });
    }
    const bindings = clause.namedBindings;
    if (bindings === undefined) continue;
    if (ts.isNamespaceImport(bindings)) {
      imports.set(bindings.name.text, { module, imported: "*", typeOnly });
      continue;
    }
    for (const specifier of bindings.elements) {
      imports.set(specifier.name.text, {
        module,
        imported: (specifier.propertyName ?? specifier.name).text,
        typeOnly: typeOnly || specifier.isTypeOnly,
      });
    }
  }
  return imports;
}

const generatedServer = /(?:^|\/)_generated\/server(?:\.[jt]s)?$/;

/** Whether the specifier names the project's generated `server.ts`. */
export function isGeneratedServer(module: string): boolean {
  return generatedServer.test(module);
}

const generatedModel = /(?:^|\/)_generated\/dataModel(?:\.[jt]s)?$/;

/** Whether the specifier names the project's generated `dataModel.ts`. */
export function isGeneratedModel(module: string): boolean {
  return generatedModel.test(module);
}

const generatedApi = /(?:^|\/)_generated\/api(?:\.[jt]s)?$/;

/** Whether the specifier names the project's generated `api.ts`. */
export function isGeneratedApi(module: string): boolean {
  return generatedApi.test(module);
}
