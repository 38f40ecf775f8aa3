import type ts from "typescript";
import type { SchemaFacts, SchemaProblem, SourceSpan, TableFacts } from "../../model/facts.js";
import { type ProjectLayout, relativeToRoot } from "../../project/layout.js";
import { Follower } from "./follow.js";
import { spanIn } from "./spans.js";
import { TableReader } from "./table-reader.js";
import { TypeReader } from "./type-reader.js";

/** Reads the schema of `project` from `program`, which contains `convoy/schema.ts` if it exists. */
export function readSchema(
  typescript: typeof ts,
  program: ts.Program,
  project: ProjectLayout,
): SchemaFacts {
  const problems: SchemaProblem[] = [];
  const file = program.getSourceFile(project.schemaFile);
  const start: SourceSpan = { file: relativeToRoot(project, project.schemaFile), start: 0, length: 0 };
  if (!file) {
    const message =
      "There is no convoy/schema.ts. Create it with `export default defineSchema({ … })`.";
    return {
      exportName: "default",
      tables: [],
      types: {},
      problems: [{ kind: "missing", message, span: start }],
    };
  }
  const checker = program.getTypeChecker();
  const follower = new Follower(typescript, checker);
  const spanOf = (node: ts.Node) => spanIn(project, node);
  const report = (problem: SchemaProblem) => void problems.push(problem);

  const exported = exportedSchema(typescript, checker, follower, file, spanOf, report, start);
  const tablesType = exported && tablesOf(checker, exported, file, spanOf, report, start);
  const exportName = exported?.name ?? "default";
  if (!exported || !tablesType) return { exportName, tables: [], types: {}, problems };

  const at = exported.span;
  if (checker.getIndexInfosOfType(tablesType).length > 0) {
    report({
      kind: "unreadable",
      message:
        "The tables of the schema cannot be read: a name is computed, or an object is spread whose keys are unknown. Write every table under a literal name: defineSchema({ users: defineTable({ … }) }).",
      span: at,
    });
  }
  const types = new TypeReader({
    ts: typescript,
    program,
    projectPath: (path) => projectPath(project, path),
  });
  const reader = new TableReader({ ts: typescript, checker, follower, types, spanOf, report });
  const tables: TableFacts[] = [];
  for (const property of checker.getPropertiesOfType(tablesType)) {
    const table = reader.read(property, at);
    if (table) tables.push(table);
  }
  tables.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  return { exportName, tables, types: types.types, problems };
}

/** A file's path relative to the project, or `null` for files outside it. */
export function projectPath(project: ProjectLayout, file: string): string | null {
  const inside = file.startsWith(`${project.root}/`) && !file.includes("/node_modules/");
  return inside ? relativeToRoot(project, file) : null;
}

interface ExportedSchema {
  readonly name: "default" | "schema";
  readonly type: ts.Type;
  readonly span: SourceSpan;
}

function exportedSchema(
  typescript: typeof ts,
  checker: ts.TypeChecker,
  follower: Follower,
  file: ts.SourceFile,
  spanOf: (node: ts.Node) => SourceSpan | null,
  report: (problem: SchemaProblem) => void,
  start: SourceSpan,
): ExportedSchema | null {
  const module = checker.getSymbolAtLocation(file);
  const exports = module ? checker.getExportsOfModule(module) : [];
  const spanOfSymbol = (symbol: ts.Symbol) => {
    const declaration = symbol.declarations?.at(-1);
    const name = declaration && typescript.getNameOfDeclaration(declaration);
    return (declaration && spanOf(name ?? declaration)) ?? start;
  };
  const byDefault = exports.find((symbol) => symbol.name === "default");
  const byName = exports.find((symbol) => symbol.name === "schema");
  const chosen = byDefault ?? byName;
  if (!chosen) {
    report({
      kind: "export",
      message:
        "convoy/schema.ts exports no schema. Write `export default defineSchema({ … })`, or export it under the name `schema`.",
      span: start,
    });
    return null;
  }
  const assignments = file.statements.filter(
    (statement) => typescript.isExportAssignment(statement) && !statement.isExportEquals,
  );
  const second = assignments[1];
  if (second) {
    report({
      kind: "export",
      message: "convoy/schema.ts has two default exports. Keep one: a project has one schema.",
      span: spanOf(second) ?? start,
    });
    return null;
  }
  if (byDefault && byName && resolvedTo(follower, byDefault) !== resolvedTo(follower, byName)) {
    report({
      kind: "export",
      message:
        "convoy/schema.ts exports two schemas: a default export and another one named `schema`. Keep one.",
      span: spanOfSymbol(byName),
    });
    return null;
  }
  const target = follower.throughAliases(chosen);
  return {
    name: byDefault ? "default" : "schema",
    type: checker.getTypeOfSymbol(target),
    span: spanOfSymbol(chosen),
  };
}

/** The value that an export stands for, so that two names of one schema are one. */
function resolvedTo(follower: Follower, symbol: ts.Symbol): ts.Expression | ts.Symbol {
  const target = follower.throughAliases(symbol);
  const initializer = follower.initializerOf(target);
  return initializer ? follower.resolve(initializer) : target;
}

function tablesOf(
  checker: ts.TypeChecker,
  exported: ExportedSchema,
  file: ts.SourceFile,
  spanOf: (node: ts.Node) => SourceSpan | null,
  report: (problem: SchemaProblem) => void,
  start: SourceSpan,
): ts.Type | null {
  const tables = exported.type.getProperty("~tables");
  if (tables) return checker.getTypeOfSymbol(tables);
  const missing = unresolvedImport(checker, file);
  if (missing) {
    report({
      kind: "unreadable",
      message: `Cannot find module "${missing.text}", so the schema's types are unknown. Install it, or mend the path.`,
      span: spanOf(missing) ?? start,
    });
    return null;
  }
  report({
    kind: "export",
    message: `The export of convoy/schema.ts is no schema: its type is ${checker.typeToString(exported.type)}. Write \`export default defineSchema({ … })\`.`,
    span: exported.span,
  });
  return null;
}

/** The first import of the file that leads nowhere. */
function unresolvedImport(
  checker: ts.TypeChecker,
  file: ts.SourceFile,
): ts.StringLiteral | null {
  for (const statement of file.statements) {
    const specifier = (statement as Partial<ts.ImportDeclaration>).moduleSpecifier;
    if (specifier && !checker.getSymbolAtLocation(specifier)) return specifier as ts.StringLiteral;
  }
  return null;
}
