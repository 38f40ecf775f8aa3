import type ts from "typescript";
import type { FunctionFacts, ModuleFacts, SchemaFacts, SourceSpan } from "../model/facts.js";
import { type ProjectLayout, relativeToRoot } from "../project/layout.js";
import type { StatementSyntax } from "../syntax/file-syntax.js";
import { ensureParents } from "../syntax/tree.js";
import { answerOf, type RunBefore } from "./answers.js";
import { functionAt } from "./find-function.js";
import type { SourceRuleContext } from "./rule.js";

/** What all rules of a run are given. */
export interface SourceContextOptions {
  readonly ts: typeof ts;
  readonly project: ProjectLayout;
  readonly schema: SchemaFacts;
  /** Asked only by the rules that need a type. */
  readonly checker: () => ts.TypeChecker;
  /** The last run, to which other files may have statements in common. */
  readonly before?: RunBefore | undefined;
  /** A file of the project, by its path relative to the root. */
  readonly fileNamed: (file: string) => ts.SourceFile | undefined;
}

/** What rules are given of one file; notes what they ask for, so that findings are kept no longer than they hold. */
export class SourceContext implements SourceRuleContext {
  readonly ts: typeof ts;
  readonly sourceFile: ts.SourceFile;
  readonly file: string;
  readonly project: ProjectLayout;
  readonly schema: SchemaFacts;
  readonly module: ModuleFacts | null;
  readonly used: { checker: ts.TypeChecker | null; looksElsewhere: boolean };
  readonly #options: SourceContextOptions;
  readonly #syntaxOf: () => StatementSyntax;

  constructor(
    options: SourceContextOptions,
    sourceFile: ts.SourceFile,
    file: string,
    module: ModuleFacts | null,
    syntaxOf: () => StatementSyntax,
  ) {
    this.ts = options.ts;
    this.sourceFile = sourceFile;
    this.file = file;
    this.project = options.project;
    this.schema = options.schema;
    this.module = module;
    this.used = { checker: null, looksElsewhere: false };
    this.#options = options;
    this.#syntaxOf = syntaxOf;
  }

  get syntax(): StatementSyntax {
    return this.#syntaxOf();
  }

  ofType<Answer>(
    expression: ts.Expression,
    question: string,
    ask: (checker: ts.TypeChecker) => Answer,
  ): Answer {
    this.used.checker ??= this.#options.checker();
    return answerOf(this.used.checker, this.#options.before, expression, question, ask);
  }

  spanOf(node: ts.Node): SourceSpan {
    const start = node.getStart(this.sourceFile);
    return Object.freeze({ file: this.file, start, length: node.end - start });
  }

  sourceFileOf(file: string): ts.SourceFile | null {
    const found = this.#options.fileNamed(file) ?? null;
    // The schema's facts stand for its text: their places would differ with it.
    if (file !== relativeToRoot(this.project, this.project.schemaFile)) {
      this.used.looksElsewhere = true;
    }
    if (found !== null) ensureParents(this.ts, found);
    return found;
  }

  functionAt(node: ts.Node): FunctionFacts | null {
    return functionAt(this.ts, this.sourceFile, this.module, node);
  }
}
