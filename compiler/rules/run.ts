import type ts from "typescript";
import type { ConvoyDiagnostic } from "../model/diagnostic.js";
import type { SchemaFacts } from "../model/facts.js";
import { type ProjectLayout, relativeToRoot } from "../project/layout.js";
import { rules } from "./index.js";
import { RuleRun, type RunRulesOptions } from "./rule-run.js";

const sourceRules = rules.filter((rule) => rule.on === "source");
const wholeFileRules = sourceRules.filter((rule) => rule.wholeFile);
const statementRules = sourceRules.filter((rule) => !rule.wholeFile);
const factsRules = rules.filter((rule) => rule.on === "facts");
/** Those whose errors silence the others: see {@link withoutFollowers}. */
const schemaSourceRules = sourceRules.filter(isOfSchema);
const schemaFactsRules = factsRules.filter((rule) => isOfSchema(rule) && rule.needs === "schema");

/** All findings about a project, sorted by file, place and code. */
export function runRules(options: RunRulesOptions): readonly ConvoyDiagnostic[] {
  const run = new RuleRun(options);
  const modules = new Map(options.facts.modules.map((module) => [module.file, module]));
  const found: ConvoyDiagnostic[] = [];
  for (const rule of factsRules) found.push(...run.factsFindings(rule));
  for (const [file, sourceFile] of run.files) {
    if (!isLookedAt(options.project, file, sourceFile)) continue;
    const module = modules.get(file) ?? null;
    for (const rule of sourceRules) {
      found.push(...run.sourceFindings(rule, sourceFile, file, module));
    }
  }
  return Object.freeze(withoutFollowers(distinct(found.toSorted(compareDiagnostics))));
}

/**
 * What {@link runRules} would find in one file (relative to the project's root), at the price of that
 * file: for an editor. `sourceFiles` must hold it and all files of `convoy/`; of the other modules
 * in the facts, the paths and the names of their functions will do.
 */
export function runRulesIn(options: RunRulesOptions, file: string): readonly ConvoyDiagnostic[] {
  const run = new RuleRun(options, file);
  const { facts, project, sourceFiles, found: inStatements } = options;
  const sourceFile = run.fileNamed(file);
  const ofSchema = run.schemaFindings(schemaFactsRules);
  const isSound =
    !hasSchemaErrors(ofSchema) &&
    !sourceFiles.some((other) => other !== sourceFile && breaksSchema(run, options, other));

  const found = ofSchema.filter(({ span }) => span.file === file);
  if (sourceFile !== undefined && isLookedAt(project, file, sourceFile)) {
    const module = facts.modules.find((candidate) => candidate.file === file) ?? null;
    for (const rule of inStatements ? wholeFileRules : sourceRules) {
      found.push(...run.sourceFindings(rule, sourceFile, file, module));
    }
    if (inStatements) {
      found.push(...run.statementFindings(statementRules, sourceFile, file, module, inStatements));
    }
  }
  for (const rule of factsRules) {
    if (rule.needs === "schema") continue;
    found.push(...run.factsFindings(rule).filter(({ span }) => span.file === file));
  }
  const own = distinct(found.toSorted(compareDiagnostics));
  return Object.freeze(isSound ? withoutFollowers(own) : own.filter(isOfSchema));
}

interface KnownBreaks {
  readonly schema: SchemaFacts;
  readonly project: ProjectLayout;
  readonly breaks: boolean;
}

/** At a key, this is asked about all files but the one that has changed. */
const knownBreaks = new WeakMap<ts.SourceFile, KnownBreaks>();

/** Whether the schema's rules find errors in a file. */
function breaksSchema(run: RuleRun, options: RunRulesOptions, sourceFile: ts.SourceFile): boolean {
  const { project } = options;
  const { schema } = options.facts;
  const before = knownBreaks.get(sourceFile);
  if (before?.schema === schema && before.project === project) return before.breaks;
  const file = run.fileOf(sourceFile);
  const breaks =
    isLookedAt(project, file, sourceFile) &&
    schemaSourceRules.some((rule) =>
      hasSchemaErrors(run.sourceFindings(rule, sourceFile, file, null)),
    );
  knownBreaks.set(sourceFile, { schema, project, breaks });
  return breaks;
}

function isLookedAt(project: ProjectLayout, file: string, sourceFile: ts.SourceFile): boolean {
  const generated = relativeToRoot(project, project.generatedDir);
  return (
    !sourceFile.isDeclarationFile &&
    !file.startsWith(`${generated}/`) &&
    !/(?:^|\/)node_modules\//.test(file)
  );
}

function compareDiagnostics(a: ConvoyDiagnostic, b: ConvoyDiagnostic): number {
  return (
    compareText(a.span.file, b.span.file) ||
    a.span.start - b.span.start ||
    compareText(a.code, b.code) ||
    a.span.length - b.span.length ||
    compareText(a.message, b.message)
  );
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** While the schema has errors, what functions make of it would be advice to spread them. */
function withoutFollowers(found: readonly ConvoyDiagnostic[]): readonly ConvoyDiagnostic[] {
  return hasSchemaErrors(found) ? found.filter(isOfSchema) : found;
}

function isOfSchema({ code }: { readonly code: string }): boolean {
  return code.startsWith("CV1");
}

/** Whether the schema has errors: what is generated from it would only spread them. */
export function hasSchemaErrors(diagnostics: readonly ConvoyDiagnostic[]): boolean {
  return diagnostics.some((found) => found.severity === "error" && isOfSchema(found));
}

/** Chains that share their first steps are found once each, and say the same of those. */
function distinct(sorted: readonly ConvoyDiagnostic[]): ConvoyDiagnostic[] {
  return sorted.filter((diagnostic, position) => {
    const before = sorted[position - 1];
    return before === undefined || compareDiagnostics(before, diagnostic) !== 0;
  });
}
