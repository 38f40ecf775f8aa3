import type ts from "typescript";
import type { ConvoyDiagnostic } from "../model/diagnostic.js";
import type {
  FunctionFacts,
  ModuleFacts,
  ProjectFacts,
  SchemaFacts,
  SourceSpan,
} from "../model/facts.js";
import { type ProjectLayout, relativeToRoot } from "../project/layout.js";
import { ensureParents } from "../syntax/tree.js";
import { answerOf, numberOf, type RunBefore } from "./answers.js";
import { functionAt } from "./find-function.js";
import { rules } from "./index.js";
import type { FactsRule, Finding, Rule, SourceRule, SourceRuleContext } from "./rule.js";

export interface RunRulesOptions {
  readonly ts: typeof ts;
  readonly project: ProjectLayout;
  readonly facts: ProjectFacts;
  /** The project's source files; the ones that no rule looks at may be among them. */
  readonly sourceFiles: readonly ts.SourceFile[];
  /** Asked only by the rules that need a type. */
  readonly checker: () => ts.TypeChecker;
  /**
   * Files in which every expression has the type that it had at the last run, although the checker
   * is another: what rules found there by its types still holds.
   */
  readonly hasSameTypes?: (sourceFile: ts.SourceFile) => boolean;
  /** The last run, to which other files may have statements in common. */
  readonly before?: RunBefore;
  /** A source file's path relative to the project's root, where its name does not say it. */
  readonly fileOf?: (sourceFile: ts.SourceFile) => string;
  /** Told of an exception in a rule, which costs that rule's findings in that file and no more. */
  readonly onBug?: (error: unknown, rule: Rule, file: string | null) => void;
}

/** What a rule said about a file, and what that depended on. */
interface CachedFindings {
  readonly facts: ProjectFacts;
  readonly schema: SchemaFacts;
  readonly module: ModuleFacts | null;
  readonly project: ProjectLayout;
  readonly file: string;
  /** The number of the checker that it asked, if it did: types depend on every other file. */
  readonly checker: number | null;
  /** Whether it looked at all facts, or into other files. */
  readonly looksElsewhere: boolean;
  readonly findings: readonly ConvoyDiagnostic[];
}

interface CachedFacts {
  readonly schema: SchemaFacts;
  readonly project: ProjectLayout;
  readonly findings: readonly ConvoyDiagnostic[];
}

const cache = new WeakMap<ts.SourceFile, Map<SourceRule, CachedFindings>>();
/** What facts rules said: by schema, by module, or by all facts, as the rule needs. */
const factsCache = new WeakMap<object, Map<FactsRule, CachedFacts>>();

const sourceRules = rules.filter((rule) => rule.on === "source");
const factsRules = rules.filter((rule) => rule.on === "facts");
/** Those whose errors silence the others: see {@link withoutFollowers}. */
const schemaRules = rules.filter(
  (rule) => isOfSchema(rule) && (rule.on === "source" || rule.needs === "schema"),
);

/** All findings about a project, sorted by file, place and code. */
export function runRules(options: RunRulesOptions): readonly ConvoyDiagnostic[] {
  const run = new Run(options);
  const found: ConvoyDiagnostic[] = [];
  for (const rule of factsRules) found.push(...run.factsFindings(rule));
  for (const [file, sourceFile] of run.files) {
    if (!isLookedAt(options.project, file, sourceFile)) continue;
    const module = run.modules.get(file) ?? null;
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
  const run = new Run(options, file);
  const ofSchema: ConvoyDiagnostic[] = [];
  for (const rule of schemaRules) {
    if (rule.on === "facts") ofSchema.push(...run.factsFindings(rule));
    else {
      for (const [other, sourceFile] of run.files) {
        if (other === file || !isLookedAt(options.project, other, sourceFile)) continue;
        ofSchema.push(...run.sourceFindings(rule, sourceFile, other, null));
      }
    }
  }
  const found = ofSchema.filter(({ span }) => span.file === file);
  const sourceFile = run.files.get(file);
  if (sourceFile !== undefined && isLookedAt(options.project, file, sourceFile)) {
    const module = run.modules.get(file) ?? null;
    for (const rule of sourceRules) {
      found.push(...run.sourceFindings(rule, sourceFile, file, module));
    }
  }
  for (const rule of factsRules) {
    if (rule.needs === "schema") continue;
    found.push(...run.factsFindings(rule).filter(({ span }) => span.file === file));
  }
  const own = distinct(found.toSorted(compareDiagnostics));
  return Object.freeze(hasSchemaErrors(ofSchema) ? own.filter(isOfSchema) : withoutFollowers(own));
}

function isLookedAt(project: ProjectLayout, file: string, sourceFile: ts.SourceFile): boolean {
  const generated = relativeToRoot(project, project.generatedDir);
  return (
    !sourceFile.isDeclarationFile &&
    !file.startsWith(`${generated}/`) &&
    !/(?:^|\/)node_modules\//.test(file)
  );
}

class Run {
  readonly files: ReadonlyMap<string, ts.SourceFile>;
  readonly modules: ReadonlyMap<string, ModuleFacts>;
  readonly #options: RunRulesOptions;
  readonly #only: string | null;

  /** @param only the one file that findings are asked for. */
  constructor(options: RunRulesOptions, only: string | null = null) {
    this.#options = options;
    this.#only = only;
    const fileOf =
      options.fileOf ?? ((file: ts.SourceFile) => relativeToRoot(options.project, file.fileName));
    this.files = new Map(options.sourceFiles.map((file) => [fileOf(file), file]));
    this.modules = new Map(options.facts.modules.map((module) => [module.file, module]));
  }

  factsFindings(rule: FactsRule): readonly ConvoyDiagnostic[] {
    const { facts } = this.#options;
    const { schema, modules } = facts;
    switch (rule.needs) {
      case "schema":
        return this.#kept(rule, schema, schema, { schema, modules: [] });
      case "one-module":
        return this.#asked(modules).flatMap((module) =>
          this.#kept(rule, module, schema, { schema, modules: [module] }),
        );
      case "all-modules":
        return this.#kept(rule, facts, schema, facts);
    }
  }

  #asked(modules: readonly ModuleFacts[]): readonly ModuleFacts[] {
    return this.#only === null ? modules : modules.filter(({ file }) => file === this.#only);
  }

  /** Checks `facts`, unless that was done for the same `key` and schema before. */
  #kept(
    rule: FactsRule,
    key: object,
    schema: SchemaFacts,
    facts: ProjectFacts,
  ): readonly ConvoyDiagnostic[] {
    const { project, onBug } = this.#options;
    let known = factsCache.get(key);
    if (known === undefined) factsCache.set(key, (known = new Map()));
    const before = known.get(rule);
    if (before?.schema === schema && before.project === project) return before.findings;
    try {
      const context = {
        project,
        textAt: (span: SourceSpan) => this.#textAt(span),
        asked: this.#asked(facts.modules),
      };
      const findings = [...rule.check(facts, context)].map((finding) => complete(rule, finding));
      known.set(rule, { schema, project, findings });
      return findings;
    } catch (error) {
      onBug?.(error, rule, key === schema ? null : (facts.modules[0]?.file ?? null));
      return [];
    }
  }

  sourceFindings(
    rule: SourceRule,
    sourceFile: ts.SourceFile,
    file: string,
    module: ModuleFacts | null,
  ): readonly ConvoyDiagnostic[] {
    const { facts, project, onBug } = this.#options;
    let known = cache.get(sourceFile);
    if (known === undefined) cache.set(sourceFile, (known = new Map()));
    const before = known.get(rule);
    if (before !== undefined && this.#stillHolds(before, sourceFile, file, module)) {
      return before.findings;
    }

    const context = new Context(this.#options, this.files, sourceFile, file, module);
    try {
      const findings = [...rule.check(context)].map((finding) => complete(rule, finding));
      const { schema } = facts;
      const { checker, looksElsewhere } = context.used;
      known.set(rule, {
        facts,
        schema,
        module,
        project,
        file,
        checker: checker && numberOf(checker),
        looksElsewhere,
        findings,
      });
      return findings;
    } catch (error) {
      onBug?.(error, rule, file);
      return [];
    }
  }

  #stillHolds(
    cached: CachedFindings,
    sourceFile: ts.SourceFile,
    file: string,
    module: ModuleFacts | null,
  ): boolean {
    const { facts, project, checker, hasSameTypes } = this.#options;
    return (
      cached.schema === facts.schema &&
      cached.module === module &&
      cached.project === project &&
      cached.file === file &&
      (!cached.looksElsewhere || cached.facts === facts) &&
      (cached.checker === null ||
        cached.checker === numberOf(checker()) ||
        hasSameTypes?.(sourceFile) === true)
    );
  }

  #textAt(span: SourceSpan): string | null {
    const text = this.files.get(span.file)?.text;
    return text === undefined ? null : text.slice(span.start, span.start + span.length);
  }
}

/** Notes what a rule asks for, so that its findings are kept no longer than they hold. */
class Context implements SourceRuleContext {
  readonly ts: typeof ts;
  readonly sourceFile: ts.SourceFile;
  readonly file: string;
  readonly project: ProjectLayout;
  readonly schema: SchemaFacts;
  readonly module: ModuleFacts | null;
  readonly used: { checker: ts.TypeChecker | null; looksElsewhere: boolean };
  readonly #options: RunRulesOptions;
  readonly #files: ReadonlyMap<string, ts.SourceFile>;

  constructor(
    options: RunRulesOptions,
    files: ReadonlyMap<string, ts.SourceFile>,
    sourceFile: ts.SourceFile,
    file: string,
    module: ModuleFacts | null,
  ) {
    this.ts = options.ts;
    this.sourceFile = sourceFile;
    this.file = file;
    this.project = options.project;
    this.schema = options.facts.schema;
    this.module = module;
    this.used = { checker: null, looksElsewhere: false };
    this.#options = options;
    this.#files = files;
  }

  get facts(): ProjectFacts {
    this.used.looksElsewhere = true;
    return this.#options.facts;
  }

  ofType = <Answer>(
    expression: ts.Expression,
    question: string,
    ask: (checker: ts.TypeChecker) => Answer,
  ): Answer => {
    this.used.checker ??= this.#options.checker();
    return answerOf(this.used.checker, this.#options.before, expression, question, ask);
  };

  spanOf = (node: ts.Node): SourceSpan => {
    const start = node.getStart(this.sourceFile);
    return Object.freeze({ file: this.file, start, length: node.end - start });
  };

  sourceFileOf = (file: string): ts.SourceFile | null => {
    const found = this.#files.get(file) ?? null;
    // The schema's facts stand for its text: their places would differ with it.
    if (file !== relativeToRoot(this.project, this.project.schemaFile)) {
      this.used.looksElsewhere = true;
    }
    if (found !== null) ensureParents(this.ts, found);
    return found;
  };

  functionAt = (node: ts.Node): FunctionFacts | null =>
    functionAt(this.ts, this.sourceFile, this.module, node);
}

function complete(rule: Rule, finding: Finding): ConvoyDiagnostic {
  const { code, name, severity } = rule;
  const { message, span, related, fixes } = finding;
  return Object.freeze({
    code,
    rule: name,
    severity,
    message,
    span,
    ...(related === undefined || related.length === 0 ? {} : { related: Object.freeze(related) }),
    ...(fixes === undefined || fixes.length === 0 ? {} : { fixes: Object.freeze(fixes) }),
  });
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
