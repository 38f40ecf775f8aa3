import type ts from "typescript";
import type { SchemaFacts, SchemaProblem, SourceSpan, TableFacts } from "../../model/facts.js";
import { deepFreeze } from "../../model/freeze.js";
import { type ProjectLayout, relativeToRoot } from "../../project/layout.js";
import { exportedSchema, tablesOf } from "./exported-schema.js";
import { Follower } from "./follow.js";
import { ImportGraph } from "./import-graph.js";
import { fileReferences } from "./references.js";
import { spanIn } from "./spans.js";
import { TableReader } from "./table-reader.js";
import { TypeReader } from "./type-reader.js";

/** Reads the schema of `project` from `program`, which contains `convoy/schema.ts` if it exists. */
export function readSchema(
  typescript: typeof ts,
  program: ts.Program,
  project: ProjectLayout,
): SchemaFacts {
  return deepFreeze(readParts(typescript, program, project));
}

function readParts(
  typescript: typeof ts,
  program: ts.Program,
  project: ProjectLayout,
): SchemaFacts {
  const problems: SchemaProblem[] = [];
  const file = program.getSourceFile(project.schemaFile);
  const start: SourceSpan = {
    file: relativeToRoot(project, project.schemaFile),
    start: 0,
    length: 0,
  };
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
  const tablesType = exported && tablesOf(checker, exported, report);
  const exportName = exported?.name ?? "default";
  if (!exported || !tablesType) {
    const cause = missingModule(typescript, program, project, file, spanOf);
    return { exportName, tables: [], types: {}, problems: cause ? [cause] : problems };
  }

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
    order: "source",
    projectPath: (path) => projectPath(project, path),
  });
  const reader = new TableReader({ ts: typescript, checker, follower, types, spanOf, report });
  const tables: TableFacts[] = [];
  for (const property of checker.getPropertiesOfType(tablesType)) {
    const table = reader.read(property, at);
    if (table) tables.push(table);
  }
  const isIncomplete = problems.length > 0 || tables.some((table) => table.fields.length === 0);
  const cause = isIncomplete ? missingModule(typescript, program, project, file, spanOf) : null;
  if (cause) problems.splice(0, problems.length, cause);
  return {
    exportName,
    tables: tables.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)),
    types: types.types,
    problems,
  };
}

/** A file's path relative to the project, or `null` for files outside it. */
export function projectPath(project: ProjectLayout, file: string): string | null {
  const inside = file.startsWith(`${project.root}/`) && !file.includes("/node_modules/");
  return inside ? relativeToRoot(project, file) : null;
}

/** An import in the schema, or in what it imports, that leads nowhere: what else is wrong follows. */
function missingModule(
  typescript: typeof ts,
  program: ts.Program,
  project: ProjectLayout,
  file: ts.SourceFile,
  spanOf: (node: ts.Node) => SourceSpan | null,
): SchemaProblem | null {
  const checker = program.getTypeChecker();
  for (const source of new ImportGraph(typescript, program, project).closureOf(file)) {
    for (const specifier of fileReferences(typescript, source).specifiers) {
      const span = checker.getSymbolAtLocation(specifier) ? null : spanOf(specifier);
      if (!span) continue;
      const message = `Cannot find module "${specifier.text}", so the types of the schema are unknown. Install it, or mend the path.`;
      return { kind: "unreadable", message, span };
    }
  }
  return null;
}
