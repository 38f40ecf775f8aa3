import type ts from "typescript";
import type { SchemaProblem, SourceSpan } from "../../model/facts.js";
import type { Follower } from "./follow.js";

export interface ExportedSchema {
  readonly name: "default" | "schema";
  readonly type: ts.Type;
  readonly span: SourceSpan;
}

/** The schema that `convoy/schema.ts` exports; `null` where there is none, which is reported then. */
export function exportedSchema(
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

/** The type of the schema's tables; `null` where the export is no schema. */
export function tablesOf(
  checker: ts.TypeChecker,
  exported: ExportedSchema,
  report: (problem: SchemaProblem) => void,
): ts.Type | null {
  const tables = exported.type.getProperty("~tables");
  if (tables) return checker.getTypeOfSymbol(tables);
  report({
    kind: "export",
    message: `The export of convoy/schema.ts is no schema: its type is ${checker.typeToString(exported.type)}. Write \`export default defineSchema({ … })\`.`,
    span: exported.span,
  });
  return null;
}
