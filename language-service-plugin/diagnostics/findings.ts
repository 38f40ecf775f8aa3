import type ts from "typescript";
import type { ConvoyDiagnostic } from "../../compiler/model/diagnostic.js";
import type { ModuleFacts, SchemaFacts } from "../../compiler/model/facts.js";
import { isFunctionsModule, relativeToRoot } from "../../compiler/project/layout.js";
import type { RunRulesOptions } from "../../compiler/rules/rule-run.js";
import { runRulesIn } from "../../compiler/rules/run.js";
import { moduleOutline } from "../project/module-names.js";
import type { View } from "../project/views.js";

interface KnownFindings {
  readonly program: ts.Program;
  readonly schema: SchemaFacts | null;
  readonly findings: readonly ConvoyDiagnostic[];
}

const known = new WeakMap<ts.SourceFile, KnownFindings>();

/** What Convoy's rules find in a file: the same as `convoy check` would, were it saved. */
export function findingsIn(view: View): readonly ConvoyDiagnostic[] {
  const { program, sourceFile, schema } = view;
  const before = known.get(sourceFile);
  if (before?.program === program && before.schema === schema) return before.findings;
  const findings = find(view);
  known.set(sourceFile, { program, schema, findings });
  return findings;
}

function find(view: View): readonly ConvoyDiagnostic[] {
  const { ts: typescript, program, sourceFile, project, isSchemaBroken } = view;
  const { layout } = project;
  const isClient = !sourceFile.fileName.startsWith(`${layout.convoyDir}/`);
  const schema = view.schema ?? (isClient ? noSchema : null);
  // Half a statement would be found fault with at every key.
  if (schema === null || program.getSyntacticDiagnostics(sourceFile).length > 0) return [];

  const files = project.files(program);
  const file = relativeToRoot(layout, sourceFile.fileName);
  const options: RunRulesOptions = {
    ts: typescript,
    project: layout,
    facts: { schema, modules: modulesBeside(view, schema) },
    sourceFiles: isClient ? [...files, sourceFile] : files,
    checker: () => program.getTypeChecker(),
    onBug: (error, rule) => view.guard.report(`rule ${rule.code}`, error),
  };
  const isMissing = schema.problems.some(({ kind }) => kind === "missing");
  const findings = [
    // What is said of a file that is not there has to be said elsewhere.
    ...(isMissing ? runRulesIn(options, relativeToRoot(layout, layout.schemaFile)) : []),
    ...runRulesIn(options, file),
  ];
  return isSchemaBroken ? findings.map((found) => withoutFixesElsewhere(found, file)) : findings;
}

const noSchema: SchemaFacts = { exportName: "default", tables: [], types: {}, problems: [] };

function modulesBeside(view: View, schema: SchemaFacts): readonly ModuleFacts[] {
  const { ts: typescript, program, sourceFile, project } = view;
  const { layout } = project;
  if (!isFunctionsModule(layout, sourceFile.fileName)) return [];
  const files = project.moduleFiles(program);
  const paths = files.map(({ fileName }) => fileName);
  const own = project.modules.read(program, schema, sourceFile, paths);
  return files.flatMap((file) =>
    file === sourceFile ? (own ?? []) : moduleOutline(typescript, layout, file),
  );
}

/** The places that the facts know in the schema are those of before it was broken. */
function withoutFixesElsewhere(finding: ConvoyDiagnostic, file: string): ConvoyDiagnostic {
  const { fixes, ...rest } = finding;
  const safe = fixes?.filter(({ edits }) => edits.every(({ span }) => span.file === file)) ?? [];
  return safe.length === 0 ? rest : { ...rest, fixes: safe };
}
