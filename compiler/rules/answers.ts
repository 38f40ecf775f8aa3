import type ts from "typescript";

/** What is kept of a finding must not keep a checker, and with it a whole program, alive. */
const checkerNumbers = new WeakMap<ts.TypeChecker, number>();
let lastChecker = 0;

/** A number that stands for a checker. */
export function numberOf(checker: ts.TypeChecker): number {
  let number = checkerNumbers.get(checker);
  if (number === undefined) checkerNumbers.set(checker, (number = ++lastChecker));
  return number;
}

/** What a checker said about the expressions of a statement: by question and place in it. */
interface Answers {
  readonly checker: number;
  readonly byQuestion: Map<string, unknown>;
}

const known = new WeakMap<ts.Statement, Answers>();

/** The run before an edit. */
export interface RunBefore {
  readonly checker: () => ts.TypeChecker;
  /** Its statement in which every expression had the type that it has in `statement` now. */
  statementOf(statement: ts.Statement): ts.Statement | null;
}

/** What `checker` says about an expression: `ask(checker)`, unless that is known already. */
export function answerOf<Answer>(
  checker: ts.TypeChecker,
  before: RunBefore | undefined,
  expression: ts.Expression,
  question: string,
  ask: (checker: ts.TypeChecker) => Answer,
): Answer {
  const statement = statementAround(expression);
  const number = numberOf(checker);
  let answers = known.get(statement);
  if (answers?.checker !== number) {
    const inherited = before && answersBefore(before, statement);
    answers = { checker: number, byQuestion: new Map(inherited) };
    known.set(statement, answers);
  }
  const key = `${question} ${expression.pos - statement.pos} ${expression.end - statement.pos}`;
  if (!answers.byQuestion.has(key)) answers.byQuestion.set(key, ask(checker));
  return answers.byQuestion.get(key) as Answer;
}

function answersBefore(
  before: RunBefore,
  statement: ts.Statement,
): ReadonlyMap<string, unknown> | undefined {
  const twin = before.statementOf(statement);
  const answers = twin && known.get(twin);
  // Answers of an earlier run still may have become untrue at the one after it.
  return answers?.checker === numberOf(before.checker()) ? answers.byQuestion : undefined;
}

/** The statement of the file, not of a block, that contains a node. */
function statementAround(node: ts.Node): ts.Statement {
  const file = node.getSourceFile();
  let outer = node;
  while (outer.parent !== file) outer = outer.parent;
  return outer as ts.Statement;
}
