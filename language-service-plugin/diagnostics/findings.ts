import type { ConvoyDiagnostic } from "../../compiler/model/diagnostic.js";
import type { SchemaFacts } from "../../compiler/model/facts.js";
import { memoized } from "../../compiler/memoized.js";
import { relativeToRoot } from "../../compiler/project/layout.js";
import { runRulesIn, type RunRulesInOptions } from "../../compiler/rules/run.js";
import { moduleNames } from "../project/module-names.js";
import type { View } from "../project/views.js";

/** What Convoy's rules find in a file: the same as `convoy check` would, were it saved. */
export const findingsIn: (view: View) => readonly ConvoyDiagnostic[] = memoized(find);

function find(view: View): readonly ConvoyDiagnostic[] {
  const { ts: typescript, program, sourceFile, project, isSchemaBroken } = view;
  const { layout } = project;
  const isClient = !sourceFile.fileName.startsWith(`${layout.convoyDir}/`);
  const schema = view.schema ?? (isClient ? noSchema : null);
  // Half a statement would be found fault with at every key.
  if (schema === null || program.getSyntacticDiagnostics(sourceFile).length > 0) return [];

  const file = relativeToRoot(layout, sourceFile.fileName);
  // A schema is another one at every key in it, so there is nothing to keep.
  const isSchema = sourceFile.fileName === layout.schemaFile;
  const reading = isClient || isSchema ? null : project.readings.read(program, schema, sourceFile);
  const otherFiles = project.files.ownBeside(program, sourceFile);
  const module = reading?.facts ?? null;
  const options: RunRulesInOptions = {
    ts: typescript,
    project: layout,
    schema,
    file,
    sourceFile,
    module,
    otherFiles,
    otherModules: module === null ? [] : moduleNames(layout, otherFiles),
    hasFunctions: (other) =>
      project.readings.hasFunctions(program, schema, `${layout.root}/${other.file}`),
    checker: () => program.getTypeChecker(),
    ...(reading && { found: reading.found }),
    onBug: (error, rule) => view.guard.report(`rule ${rule.code}`, error),
  };
  const findings = [...runRulesIn(options)];
  // What is said of a file that is not there has to be said elsewhere.
  if (schema.problems.some(({ kind }) => kind === "missing")) {
    const missing = relativeToRoot(layout, layout.schemaFile);
    findings.unshift(...runRulesIn({ ...options, file: missing, sourceFile: null, module: null }));
  }
  return isSchemaBroken ? findings.map((found) => withoutFixesElsewhere(found, file)) : findings;
}

const noSchema: SchemaFacts = { exportName: "default", tables: [], types: {}, problems: [] };

/** The places that the facts know in the schema are those of before it was broken. */
function withoutFixesElsewhere(finding: ConvoyDiagnostic, file: string): ConvoyDiagnostic {
  const { fixes, ...rest } = finding;
  const safe = fixes?.filter(({ edits }) => edits.every(({ span }) => span.file === file)) ?? [];
  return safe.length === 0 ? rest : { ...rest, fixes: safe };
}
