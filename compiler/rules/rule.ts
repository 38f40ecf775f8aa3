import type ts from "typescript";
import type { ConvoyDiagnostic, Severity } from "../model/diagnostic.js";
import type {
  FunctionFacts,
  ModuleFacts,
  ProjectFacts,
  SchemaFacts,
  SourceSpan,
} from "../model/facts.js";
import type { ProjectLayout } from "../project/layout.js";
import type { StatementSyntax } from "../syntax/file-syntax.js";

/** What every rule is, whatever it looks at. */
interface RuleBase {
  /** Stable: `CV2001`. */
  readonly code: string;
  /** Kebab-case; the fixture's folder has the same name. */
  readonly name: string;
  readonly severity: Severity;
  /** One sentence for the table in docs/diagnostics.md. */
  readonly summary: string;
  /** The names of the quick fixes it can offer. */
  readonly fixes: readonly string[];
  /** What it objects to and what to write instead, for docs/diagnostics.md. */
  readonly example: { readonly bad: string; readonly good: string };
}

/** What a rule found; code, name and severity are added by the runner. */
export type Finding = Omit<ConvoyDiagnostic, "code" | "rule" | "severity">;

/** Looks at the facts alone. */
export interface FactsRule extends RuleBase {
  readonly on: "facts";
  /**
   * What a finding follows from, and so how long it is kept: the schema (it is given no modules),
   * the schema and one module (it is given each by itself), or the names in all modules.
   */
  readonly needs: "schema" | "one-module" | "all-modules";
  check(facts: ProjectFacts, context: FactsRuleContext): Iterable<Finding>;
}

/** What a facts rule is given beside the facts. */
export interface FactsRuleContext {
  readonly project: ProjectLayout;
  /** What stands at a place in the source, or `null` where the file is not at hand. */
  textAt(span: SourceSpan): string | null;
  /**
   * The project's modules beside those in the facts, of which no findings are asked for: an editor asks
   * about one module.
   */
  readonly otherModules: readonly ModuleName[];
  /** Whether one of them has functions. Asks the type checker, so ask late. */
  hasFunctions(module: ModuleName): boolean;
}

/** What a module is called. */
export type ModuleName = Pick<ModuleFacts, "path" | "file">;

/** Looks at one source file of the project, with the facts beside it. */
export interface SourceRule extends RuleBase {
  readonly on: "source";
  /**
   * It looks at the file as a whole. Any other rule looks at the statements that
   * {@link SourceRuleContext.syntax} tells of, and at what these name: in an editor that is one
   * statement, and what was found in it is kept until an edit concerns it.
   */
  readonly wholeFile?: true;
  check(context: SourceRuleContext): Iterable<Finding>;
}

export type Rule = FactsRule | SourceRule;

/** What a source rule is given. */
export interface SourceRuleContext {
  readonly ts: typeof ts;
  readonly sourceFile: ts.SourceFile;
  /** What is to be looked at of the file: all its statements, or one of them. */
  readonly syntax: StatementSyntax;
  /** `sourceFile`'s path relative to the project root, with forward slashes. */
  readonly file: string;
  readonly project: ProjectLayout;
  readonly schema: SchemaFacts;
  /** The functions module that this file is, or `null` for any other file. */
  readonly module: ModuleFacts | null;
  /**
   * What the checker says of an expression, for the few rules that need a type; ask for it late. An
   * answer from before an edit that concerns no type in the expression is given again, so it is
   * plain data, and each question has words of its own.
   */
  ofType<Answer>(
    expression: ts.Expression,
    question: string,
    ask: (checker: ts.TypeChecker) => Answer,
  ): Answer;
  /** The span of a node in this file (without leading trivia). */
  spanOf(node: ts.Node): SourceSpan;
  /** Another file of the project, by its path relative to the root: for fixes that reach there. */
  sourceFileOf(file: string): ts.SourceFile | null;
  /** The function whose definition contains the node, if it is one in the facts. */
  functionAt(node: ts.Node): FunctionFacts | null;
}
