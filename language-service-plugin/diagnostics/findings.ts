import type ts from "typescript";
import type { ConvoyDiagnostic } from "../../compiler/model/diagnostic.js";
import type { ModuleFacts, SchemaFacts } from "../../compiler/model/facts.js";
import { isFunctionsModule, relativeToRoot } from "../../compiler/project/layout.js";
import type { RunRulesOptions } from "../../compiler/rules/rule-run.js";
import { runRulesIn } from "../../compiler/rules/run.js";
import { moduleOutline } from "../project/module-names.js";
import type { View } from "../project/views.js";

interface KnownFindings {
  readonly schema: SchemaFacts | null;
  readonly findings: readonly ConvoyDiagnostic[];
}

/** By program first: nothing may keep one alive, with its checker, that the editor is done with. */
const known = new WeakMap<ts.Program, Map<ts.SourceFile, KnownFindings>>();

/** What Convoy's rules find in a file: the same as `convoy check` would, were it saved. */
export function findingsIn(view: View): readonly ConvoyDiagnostic[] {
  const { program, sourceFile, schema } = view;
  let ofProgram = known.get(program);
  if (ofProgram === undefined) known.set(program, (ofProgram = new Map()));
  const before = ofProgram.get(sourceFile);
  if (before !== undefined && before.schema === schema) return before.findings;
  const findings = find(view);
  ofProgram.set(sourceFile, { schema, findings });
  return findings;
}

function find(view: View): readonly ConvoyDiagnostic[] {
  const { ts: typescript, program, sourceFile, project, isSchemaBroken } = view;
  const { layout } = project;
  const isClient = !sourceFile.fileName.startsWith(`${layout.convoyDir}/`);
  const schema = view.schema ?? (isClient ? noSchema : null);
  // Half a statement would be found fault with at every key.
  if (schema === null || program.getSyntacticDiagnostics(sourceFile).length > 0) return [];

  const files = project.files.own(program);
  const file = relativeToRoot(layout, sourceFile.fileName);
  // A schema is another one at every key in it, so there is nothing to keep.
  const isSchema = sourceFile.fileName === layout.schemaFile;
  const reading = isClient || isSchema ? null : project.readings.read(program, schema, sourceFile);
  const options: RunRulesOptions = {
    ts: typescript,
    project: layout,
    facts: { schema, modules: modulesBeside(view, reading?.facts ?? null) },
    sourceFiles: isClient ? [...files, sourceFile] : files,
    checker: () => program.getTypeChecker(),
    ...(reading && { found: reading.found }),
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

function modulesBeside(view: View, own: ModuleFacts | null): readonly ModuleFacts[] {
  const { ts: typescript, program, sourceFile, project } = view;
  const { layout } = project;
  if (!isFunctionsModule(layout, sourceFile.fileName)) return [];
  return project.files
    .modules(program)
    .flatMap((file) =>
      file === sourceFile ? (own ?? []) : moduleOutline(typescript, layout, file),
    );
}

/** The places that the facts know in the schema are those of before it was broken. */
function withoutFixesElsewhere(finding: ConvoyDiagnostic, file: string): ConvoyDiagnostic {
  const { fixes, ...rest } = finding;
  const safe = fixes?.filter(({ edits }) => edits.every(({ span }) => span.file === file)) ?? [];
  return safe.length === 0 ? rest : { ...rest, fixes: safe };
}
