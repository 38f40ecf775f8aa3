import type ts from "typescript";
import type { ConvoyDiagnostic } from "../model/diagnostic.js";
import type { ModuleFacts, ProjectFacts, SchemaFacts, SourceSpan } from "../model/facts.js";
import type { ProjectLayout } from "../project/layout.js";
import { fileSyntax, statementReader, type StatementSyntax } from "../syntax/file-syntax.js";
import { numberOf } from "./answers.js";
import type { FactsRule, FactsRuleContext, Finding, Rule, SourceRule } from "./rule.js";
import { SourceContext, type SourceContextOptions } from "./source-context.js";

export interface RuleRunOptions
  extends Omit<SourceContextOptions, "schema">,
    Pick<FactsRuleContext, "otherModules" | "hasFunctions"> {
  /** The schema, and the modules in which findings are asked for. */
  readonly facts: ProjectFacts;
  /**
   * Files in which every expression has the type that it had at the last run, although the checker
   * is another: what rules found there by its types still holds.
   */
  readonly hasSameTypes?: ((sourceFile: ts.SourceFile) => boolean) | undefined;
  /** Told of an exception in a rule, which costs that rule's findings in that file and no more. */
  readonly onBug?: ((error: unknown, rule: Rule, file: string | null) => void) | undefined;
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
  /** Whether it looked into other files. */
  readonly looksElsewhere: boolean;
  readonly findings: readonly ConvoyDiagnostic[];
}

/** What a group of rules said of facts. */
interface CachedFacts {
  readonly schema: SchemaFacts;
  readonly project: ProjectLayout;
  readonly rules: readonly FactsRule[];
  readonly findings: readonly ConvoyDiagnostic[];
}

const cache = new WeakMap<ts.SourceFile, Map<SourceRule, CachedFindings>>();
/** By schema or by module, as the rules need. */
const factsCache = new WeakMap<object, CachedFacts>();

/** One look at a project, in which rules share what was found before. */
export class RuleRun {
  readonly #options: RuleRunOptions;
  readonly #contexts: SourceContextOptions;

  constructor(options: RuleRunOptions) {
    this.#options = options;
    this.#contexts = { ...options, schema: options.facts.schema };
  }

  /** What rules find that need the schema alone. */
  schemaFindings(rules: readonly FactsRule[]): readonly ConvoyDiagnostic[] {
    const { schema } = this.#options.facts;
    return this.#factsFindings(rules, schema, { schema, modules: [] }, null);
  }

  /** What rules find that need the schema and one module. */
  moduleFindings(rules: readonly FactsRule[], module: ModuleFacts): readonly ConvoyDiagnostic[] {
    const { schema } = this.#options.facts;
    return this.#factsFindings(rules, module, { schema, modules: [module] }, module.file);
  }

  /** What rules find that need the names in all modules. */
  projectFindings(rules: readonly FactsRule[]): readonly ConvoyDiagnostic[] {
    const { facts } = this.#options;
    return this.#checkFacts(rules, facts, facts.modules[0]?.file ?? null).findings;
  }

  /** Checks `facts`, unless that was done for the same `key` and schema before. */
  #factsFindings(
    rules: readonly FactsRule[],
    key: object,
    facts: ProjectFacts,
    file: string | null,
  ): readonly ConvoyDiagnostic[] {
    const { project } = this.#options;
    const { schema } = facts;
    const before = factsCache.get(key);
    if (before?.schema === schema && before.project === project && before.rules === rules) {
      return before.findings;
    }
    const { findings, isWhole } = this.#checkFacts(rules, facts, file);
    // A rule that fails is to be told of each time.
    if (isWhole) factsCache.set(key, { schema, project, rules, findings });
    return findings;
  }

  #checkFacts(
    rules: readonly FactsRule[],
    facts: ProjectFacts,
    file: string | null,
  ): { readonly findings: readonly ConvoyDiagnostic[]; readonly isWhole: boolean } {
    const { project, otherModules, hasFunctions, onBug } = this.#options;
    const context: FactsRuleContext = {
      project,
      otherModules,
      hasFunctions,
      textAt: (span: SourceSpan) => this.#textAt(span),
    };
    const findings: ConvoyDiagnostic[] = [];
    let isWhole = true;
    for (const rule of rules) {
      try {
        const found: ConvoyDiagnostic[] = [];
        for (const finding of rule.check(facts, context)) found.push(complete(rule, finding));
        findings.push(...found);
      } catch (error) {
        isWhole = false;
        onBug?.(error, rule, file);
      }
    }
    return { findings, isWhole };
  }

  sourceFindings(
    rule: SourceRule,
    sourceFile: ts.SourceFile,
    file: string,
    module: ModuleFacts | null,
  ): readonly ConvoyDiagnostic[] {
    const { ts: typescript, facts, project } = this.#options;
    let known = cache.get(sourceFile);
    if (known === undefined) cache.set(sourceFile, (known = new Map()));
    const before = known.get(rule);
    if (before !== undefined && this.#stillHolds(before, sourceFile, file, module)) {
      return before.findings;
    }

    const context = new SourceContext(this.#contexts, sourceFile, file, module, () =>
      fileSyntax(typescript, sourceFile),
    );
    const findings = this.#check(rule, context);
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
    const all: ConvoyDiagnostic[] = [];
    for (const statement of sourceFile.statements) {
      const before = found.get(statement);
      if (before !== undefined) {
        all.push(...before);
        continue;
      }
      const syntax = read(statement);
      const context = new SourceContext(this.#contexts, sourceFile, file, module, () => syntax);
      const findings: ConvoyDiagnostic[] = [];
      let isWhole = true;
      for (const rule of isSilent(syntax) ? [] : rules) {
        const answer = this.#check(rule, context);
        if (answer === null) isWhole = false;
        else findings.push(...answer);
      }
      if (isWhole && !context.used.looksElsewhere) found.set(statement, findings);
      all.push(...findings);
    }
    return all;
  }

  /** `null` where the rule fails. */
  #check(rule: SourceRule, context: SourceContext): readonly ConvoyDiagnostic[] | null {
    try {
      const findings: ConvoyDiagnostic[] = [];
      for (const finding of rule.check(context)) findings.push(complete(rule, finding));
      return findings;
    } catch (error) {
      this.#options.onBug?.(error, rule, context.file);
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
    const text = this.#options.fileNamed(span.file)?.text;
    return text === undefined ? null : text.slice(span.start, span.start + span.length);
  }
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
