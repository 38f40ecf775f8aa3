import type ts from "typescript";
import type { ConvoyDiagnostic } from "../model/diagnostic.js";
import type { ModuleFacts, ProjectFacts, SchemaFacts } from "../model/facts.js";
import { type ProjectLayout, relativeToRoot } from "../project/layout.js";
import type { RunBefore } from "./answers.js";
import { rules } from "./index.js";
import type { FactsRule, FactsRuleContext } from "./rule.js";
import { type FoundInStatements, RuleRun, type RuleRunOptions } from "./rule-run.js";

const sourceRules = rules.filter((rule) => rule.on === "source");
const wholeFileRules = sourceRules.filter((rule) => rule.wholeFile);
const statementRules = sourceRules.filter((rule) => !rule.wholeFile);
const schemaRules = factsRulesThatNeed("schema");
const moduleRules = factsRulesThatNeed("one-module");
const projectRules = factsRulesThatNeed("all-modules");
/** Their errors silence the others, as those of {@link schemaRules} do: see {@link withoutFollowers}. */
const schemaSourceRules = sourceRules.filter(isOfSchema);

function factsRulesThatNeed(needs: FactsRule["needs"]): readonly FactsRule[] {
  return rules.filter((rule) => rule.on === "facts").filter((rule) => rule.needs === needs);
}

/** What a look at a project and a look at one of its files have in common. */
type CommonOptions = Pick<RuleRunOptions, "ts" | "project" | "checker" | "onBug">;

export interface RunRulesOptions extends CommonOptions {
  readonly facts: ProjectFacts;
  /** The project's source files; the ones that no rule looks at may be among them. */
  readonly sourceFiles: readonly ts.SourceFile[];
  /** See {@link RuleRunOptions.hasSameTypes}. */
  readonly hasSameTypes?: (sourceFile: ts.SourceFile) => boolean;
  /** The last run, to which other files may have statements in common. */
  readonly before?: RunBefore;
  /** A source file's path relative to the project's root, where its name does not say it. */
  readonly fileOf?: (sourceFile: ts.SourceFile) => string;
}

/** All findings about a project, sorted by file, place and code. */
export function runRules(options: RunRulesOptions): readonly ConvoyDiagnostic[] {
  const { project, facts, sourceFiles } = options;
  const fileOf = options.fileOf ?? ((file) => relativeToRoot(project, file.fileName));
  const files = new Map(sourceFiles.map((file) => [fileOf(file), file]));
  const run = new RuleRun({
    ...options,
    otherModules: [],
    hasFunctions: () => false,
    fileNamed: (file) => files.get(file),
  });
  const modules = new Map(facts.modules.map((module) => [module.file, module]));
  const found = [
    ...run.schemaFindings(schemaRules),
    ...facts.modules.flatMap((module) => run.moduleFindings(moduleRules, module)),
    ...run.projectFindings(projectRules),
  ];
  for (const [file, sourceFile] of files) {
    if (!isLookedAt(project, file, sourceFile)) continue;
    const module = modules.get(file) ?? null;
    for (const rule of sourceRules) {
      found.push(...run.sourceFindings(rule, sourceFile, file, module));
    }
  }
  return Object.freeze(withoutFollowers(distinct(found.toSorted(compareDiagnostics))));
}

export interface RunRulesInOptions extends CommonOptions, Pick<FactsRuleContext, "hasFunctions"> {
  readonly schema: SchemaFacts;
  /** The file that findings are asked for, relative to the project's root. */
  readonly file: string;
  /** `null` for a file that is not there: a schema that is missing. */
  readonly sourceFile: ts.SourceFile | null;
  /** The module that the file is, if it is one. */
  readonly module: ModuleFacts | null;
  /** What was found in statements of the file, and goes on to hold. */
  readonly found?: FoundInStatements;
  /**
   * All other files of `convoy/`. The same list for as long as none of them changes: what follows
   * from it is kept with it.
   */
  readonly otherFiles: readonly ts.SourceFile[];
  /** The modules among them; the same list for as long, too. */
  readonly otherModules: FactsRuleContext["otherModules"];
}

/** What {@link runRules} would find in one file, at the price of that file: for an editor. */
export function runRulesIn(options: RunRulesInOptions): readonly ConvoyDiagnostic[] {
  const { project, schema, file, sourceFile, module, found: inStatements, otherFiles } = options;
  const run = new RuleRun({
    ...options,
    facts: { schema, modules: module === null ? [] : [module] },
    fileNamed: (name) =>
      name === file
        ? (sourceFile ?? undefined)
        : otherFiles.find((other) => relativeToRoot(project, other.fileName) === name),
  });
  const ofSchema = run.schemaFindings(schemaRules);
  const isSound = !hasSchemaErrors(ofSchema) && !breakSchema(run, project, schema, otherFiles);

  const found = ofSchema.filter(({ span }) => span.file === file);
  if (sourceFile !== null && isLookedAt(project, file, sourceFile)) {
    for (const rule of inStatements ? wholeFileRules : sourceRules) {
      found.push(...run.sourceFindings(rule, sourceFile, file, module));
    }
    if (inStatements) {
      found.push(...run.statementFindings(statementRules, sourceFile, file, module, inStatements));
    }
  }
  if (module !== null) {
    for (const finding of [
      ...run.moduleFindings(moduleRules, module),
      ...run.projectFindings(projectRules),
    ]) {
      if (finding.span.file === file) found.push(finding);
    }
  }
  const own = distinct(found.toSorted(compareDiagnostics));
  return Object.freeze(isSound ? withoutFollowers(own) : own.filter(isOfSchema));
}

interface KnownBreaks {
  readonly schema: SchemaFacts;
  readonly project: ProjectLayout;
  readonly breaks: boolean;
}

/** By the list of the files: at a key, this is asked of all files but the one that has changed. */
const knownBreaks = new WeakMap<readonly ts.SourceFile[], KnownBreaks>();

/** Whether the schema's rules find errors in one of the files. */
function breakSchema(
  run: RuleRun,
  project: ProjectLayout,
  schema: SchemaFacts,
  sourceFiles: readonly ts.SourceFile[],
): boolean {
  const before = knownBreaks.get(sourceFiles);
  if (before?.schema === schema && before.project === project) return before.breaks;
  const breaks = sourceFiles.some((sourceFile) => {
    const file = relativeToRoot(project, sourceFile.fileName);
    return (
      isLookedAt(project, file, sourceFile) &&
      schemaSourceRules.some((rule) =>
        hasSchemaErrors(run.sourceFindings(rule, sourceFile, file, null)),
      )
    );
  });
  knownBreaks.set(sourceFiles, { schema, project, breaks });
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
