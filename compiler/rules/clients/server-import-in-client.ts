import type ts from "typescript";
import type { QuickFix, TextEdit } from "../../model/diagnostic.js";
import { relativeToRoot } from "../../project/layout.js";
import { isGeneratedApi } from "../../syntax/imports.js";
import {
  hasDirective,
  hasJsx,
  type ValueImport,
  valueImports,
} from "../../syntax/value-imports.js";
import type { SourceRule, SourceRuleContext } from "../rule.js";

export const serverImportInClient: SourceRule = {
  on: "source",
  wholeFile: true,
  code: "CV3001",
  name: "server-import-in-client",
  severity: "error",
  summary: "Client code imports server code by value, which would put it into the bundle.",
  fixes: ["import-type"],
  example: {
    bad: 'import { projects } from "../convoy/_generated/drizzle";',
    good: 'import type { projects } from "../convoy/_generated/drizzle";',
  },
  *check(context) {
    if (!mayBeClient(context)) return;
    const { ts, sourceFile } = context;
    const imports = valueImports(ts, sourceFile);
    const fromServer = imports.flatMap((value) => {
      const target = serverTarget(context, value);
      return target === null ? [] : [{ value, target }];
    });
    if (fromServer.length === 0 || !isClient(context, imports)) return;
    for (const { value, target } of fromServer) {
      yield {
        message: `This file is client code, and "${value.module}" is ${target}: importing it by value would put server code into the bundle. Use "import type", or call the server through api.`,
        span: context.spanOf(value.statement.moduleSpecifier),
        fixes: importType(context, value),
      };
    }
  },
};

const testFile = /\.(?:test|spec)\.[a-z]+$|(?:^|\/)(?:__tests__|tests?|e2e)\//;
const clientPackages: ReadonlySet<string> = new Set([
  "convoy/client",
  "convoy/react",
  "convoy/tanstack-query",
]);

function mayBeClient({ file, project, sourceFile }: SourceRuleContext): boolean {
  const convoyDir = relativeToRoot(project, project.convoyDir);
  return (
    !file.startsWith(`${convoyDir}/`) && !testFile.test(file) && sourceFile.text.includes("convoy")
  );
}

function isClient(context: SourceRuleContext, imports: readonly ValueImport[]): boolean {
  const { ts, sourceFile } = context;
  return (
    imports.some(({ module }) => clientPackages.has(module) || isGeneratedApi(module)) ||
    hasDirective(ts, sourceFile, "use client") ||
    hasJsx(ts, sourceFile)
  );
}

/** What part of the server the import reaches, in words; `null` for anything else. */
function serverTarget(context: SourceRuleContext, value: ValueImport): string | null {
  if (value.module === "convoy" || value.module === "convoy/server") {
    return "Convoy's server package";
  }
  const target = targetFile(context, value.module);
  if (target === null) return null;
  const { project } = context;
  const file = target.replace(/\.[cm]?[jt]sx?$/, "");
  if (file === project.schemaFile.replace(/\.ts$/, "")) return "the schema";
  if (file.startsWith(`${project.functionsDir}/`)) return "a module of functions";
  const generated = ["server", "functions", "drizzle"].some(
    (name) => file === `${project.generatedDir}/${name}`,
  );
  return generated ? "generated server code" : null;
}

/**
 * The file that the import names. A path mapping such as `~/convoy/schema` is recognised by how it
 * ends: files outside `convoy/` may be parsed without a program that could resolve it.
 */
function targetFile({ project, file }: SourceRuleContext, module: string): string | null {
  if (module.startsWith(".")) {
    const folder = file.split("/").slice(0, -1).join("/");
    return resolvePath(`${project.root}/${folder}`, module);
  }
  const mapped = /\/convoy\/((?:functions\/|schema(?:\.|$)|_generated\/).*)$/.exec(module);
  return mapped === null ? null : `${project.convoyDir}/${mapped[1]}`;
}

function resolvePath(folder: string, relative: string): string {
  const parts = folder.split("/");
  for (const part of relative.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== ".") parts.push(part);
  }
  return parts.join("/").replace(/\/+$/, "");
}

function importType(context: SourceRuleContext, { statement }: ValueImport): readonly QuickFix[] {
  const { ts } = context;
  if (!ts.isImportDeclaration(statement) || statement.importClause === undefined) return [];
  const edits = typeKeywords(context, statement.importClause);
  return edits === null ? [] : [{ name: "import-type", title: 'Use "import type"', edits }];
}

/** `import type a, { b }` and `import type { type a }` are no TypeScript. */
function typeKeywords(
  { ts, file, sourceFile }: SourceRuleContext,
  clause: ts.ImportClause,
): readonly TextEdit[] | null {
  const insertBefore = (node: ts.Node): TextEdit => ({
    span: { file, start: node.getStart(sourceFile), length: 0 },
    newText: "type ",
  });
  const bindings = clause.namedBindings;
  if (bindings === undefined) return [insertBefore(clause)];
  if (clause.name !== undefined) return null;
  if (ts.isNamespaceImport(bindings)) return [insertBefore(clause)];
  const values = bindings.elements.filter((specifier) => !specifier.isTypeOnly);
  return values.length === bindings.elements.length
    ? [insertBefore(clause)]
    : values.map((specifier) => insertBefore(specifier));
}
