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
import { fileSyntax, statementReader, type StatementSyntax } from "../syntax/file-syntax.js";
import { ensureParents } from "../syntax/tree.js";
import { answerOf, numberOf, type RunBefore } from "./answers.js";
import { functionAt } from "./find-function.js";
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
  /** What was found in statements of the one file that is looked at, and goes on to hold. */
  readonly found?: FoundInStatements;
  /** A source file's path relative to the project's root, where its name does not say it. */
  readonly fileOf?: (sourceFile: ts.SourceFile) => string;
  /** Told of an exception in a rule, which costs that rule's findings in that file and no more. */
  readonly onBug?: (error: unknown, rule: Rule, file: string | null) => void;
}

/**
 * What the rules for single statements found in each; an empty map to begin with. Who keeps it
 * removes what an edit concerns, and the rules add what they find then.
 */
export type FoundInStatements = Map<ts.Statement, readonly ConvoyDiagnostic[]>;

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

interface CachedOfSchema {
  readonly project: ProjectLayout;
  readonly rules: readonly FactsRule[];
  readonly findings: readonly ConvoyDiagnostic[];
}

/** What all of some rules said of a schema: in an editor it is asked for at every key. */
const schemaCache = new WeakMap<SchemaFacts, CachedOfSchema>();
const cache = new WeakMap<ts.SourceFile, Map<SourceRule, CachedFindings>>();
/** What facts rules said: by schema, by module, or by all facts, as the rule needs. */
const factsCache = new WeakMap<object, Map<FactsRule, CachedFacts>>();

/** One look at a project, in which rules share what was found before. */
export class RuleRun {
  readonly #options: RunRulesOptions;
  readonly #only: string | null;
  /** A file's path relative to the project's root. */
  readonly fileOf: (sourceFile: ts.SourceFile) => string;
  #files: ReadonlyMap<string, ts.SourceFile> | undefined;

  /** @param only the one file that findings are asked for. */
  constructor(options: RunRulesOptions, only: string | null = null) {
    this.#options = options;
    this.#only = only;
    this.fileOf =
      options.fileOf ?? ((file: ts.SourceFile) => relativeToRoot(options.project, file.fileName));
  }

  /** By their paths; not made before it is asked for, since an editor hardly ever asks. */
  get files(): ReadonlyMap<string, ts.SourceFile> {
    this.#files ??= new Map(this.#options.sourceFiles.map((file) => [this.fileOf(file), file]));
    return this.#files;
  }

  /** One of {@link files}. */
  fileNamed(file: string): ts.SourceFile | undefined {
    const { fileOf, sourceFiles } = this.#options;
    return sourceFiles.find(
      (candidate) =>
        // Nearly all are told apart by this, which makes no text.
        (fileOf !== undefined || candidate.fileName.endsWith(file)) &&
        this.fileOf(candidate) === file,
    );
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

  /** What all of `rules`, which need no more than the schema, find in it. */
  schemaFindings(rules: readonly FactsRule[]): readonly ConvoyDiagnostic[] {
    const { project, facts } = this.#options;
    const { schema } = facts;
    const before = schemaCache.get(schema);
    if (before?.project === project && before.rules === rules) return before.findings;
    const findings = rules.flatMap((rule) => this.factsFindings(rule));
    // A rule that fails is to be told of each time.
    const known = factsCache.get(schema);
    if (rules.every((rule) => known?.has(rule))) {
      schemaCache.set(schema, { project, rules, findings });
    }
    return findings;
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
    const { facts, project } = this.#options;
    let known = cache.get(sourceFile);
    if (known === undefined) cache.set(sourceFile, (known = new Map()));
    const before = known.get(rule);
    if (before !== undefined && this.#stillHolds(before, sourceFile, file, module)) {
      return before.findings;
    }

    const context = this.#contextOf(sourceFile, file, module, () =>
      fileSyntax(this.#options.ts, sourceFile),
    );
    const findings = this.#check(rule, context, file);
    if (findings === null) return [];
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
  }

  /** What all of `rules` find in the statements of a file, each by itself. */
  statementFindings(
    rules: readonly SourceRule[],
    sourceFile: ts.SourceFile,
    file: string,
    module: ModuleFacts | null,
    found: FoundInStatements,
  ): readonly ConvoyDiagnostic[] {
    const read = statementReader(this.#options.ts, sourceFile);
    return sourceFile.statements.flatMap((statement) => {
      const before = found.get(statement);
      if (before !== undefined) return before;
      const syntax = read(statement);
      const context = this.#contextOf(sourceFile, file, module, () => syntax);
      const answers = isSilent(syntax) ? [] : rules.map((rule) => this.#check(rule, context, file));
      const findings = answers.flatMap((answer) => answer ?? []);
      if (!context.used.looksElsewhere && !answers.includes(null)) found.set(statement, findings);
      return findings;
    });
  }

  #contextOf(
    sourceFile: ts.SourceFile,
    file: string,
    module: ModuleFacts | null,
    syntaxOf: () => StatementSyntax,
  ): Context {
    const fileNamed = (name: string) => this.fileNamed(name);
    return new Context(this.#options, fileNamed, sourceFile, file, module, syntaxOf);
  }

  /** `null` where the rule fails. */
  #check(rule: SourceRule, context: Context, file: string): readonly ConvoyDiagnostic[] | null {
    try {
      return [...rule.check(context)].map((finding) => complete(rule, finding));
    } catch (error) {
      this.#options.onBug?.(error, rule, file);
      return null;
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
    const text = this.fileNamed(span.file)?.text;
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
  readonly #fileNamed: RuleRun["fileNamed"];
  readonly #syntaxOf: () => StatementSyntax;

  constructor(
    options: RunRulesOptions,
    fileNamed: RuleRun["fileNamed"],
    sourceFile: ts.SourceFile,
    file: string,
    module: ModuleFacts | null,
    syntaxOf: () => StatementSyntax,
  ) {
    this.ts = options.ts;
    this.sourceFile = sourceFile;
    this.file = file;
    this.project = options.project;
    this.schema = options.facts.schema;
    this.module = module;
    this.used = { checker: null, looksElsewhere: false };
    this.#options = options;
    this.#fileNamed = fileNamed;
    this.#syntaxOf = syntaxOf;
  }

  get syntax(): StatementSyntax {
    return this.#syntaxOf();
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
    const found = this.#fileNamed(file) ?? null;
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

function isSilent(syntax: StatementSyntax): boolean {
  return Object.values(syntax).every((all: readonly unknown[]) => all.length === 0);
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
