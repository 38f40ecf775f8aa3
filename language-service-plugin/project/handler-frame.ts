import type ts from "typescript";
import { statementReader } from "../../compiler/syntax/file-syntax.js";

/**
 * What is around the body of a function's handler. While it stays, the body decides no more of the
 * function than its result: its arguments, whose types are dear, are those of before.
 */
export interface HandlerFrame {
  readonly name: string;
  /** From the start of the statement, its comment included. */
  readonly before: string;
  readonly after: string;
  /** Where in {@link before} the name ends that is declared. */
  readonly nameEnd: number;
}

/** The frame of the one function that a statement defines; `null` for any other statement. */
export function handlerFrame(
  typescript: typeof ts,
  sourceFile: ts.SourceFile,
  statement: ts.Statement,
): HandlerFrame | null {
  if (!typescript.isVariableStatement(statement)) return null;
  const [declaration, ...others] = statement.declarationList.declarations;
  if (declaration === undefined || others.length > 0) return null;
  const { name, initializer } = declaration;
  if (!typescript.isIdentifier(name) || initializer === undefined) return null;
  // What somebody's own wrapper takes from a handler is not known.
  const { definitions } = statementReader(typescript, sourceFile)(statement);
  const definition = definitions.find(
    ({ call, builder }) => call === initializer && builder !== null,
  );
  const body = definition?.handler.body;
  if (body === undefined) return null;
  const { text } = sourceFile;
  return {
    name: name.text,
    before: text.slice(statement.pos, body.pos),
    after: text.slice(body.end, statement.end),
    nameEnd: name.end - statement.pos,
  };
}

export function isSameFrame(one: HandlerFrame, other: HandlerFrame): boolean {
  return one.name === other.name && one.before === other.before && one.after === other.after;
}

/** Whether one of the names may be used in a frame: to declare it there is no use. */
export function mentionsAny(frame: HandlerFrame, names: readonly string[]): boolean {
  const known = wordsIn(frame);
  return known === null || names.some((name) => known.has(name));
}

const words = new WeakMap<HandlerFrame, ReadonlySet<string> | null>();

/**
 * Every word of a frame but the name that is declared, and so every name there. `null` where one may
 * be written in another way than by its letters.
 */
function wordsIn(frame: HandlerFrame): ReadonlySet<string> | null {
  let known = words.get(frame);
  if (known === undefined) {
    const text = frame.before.slice(frame.nameEnd) + frame.after;
    const found = text.match(/[\p{ID_Start}$_][\p{ID_Continue}$]*/gu);
    words.set(frame, (known = text.includes("\\u") ? null : new Set(found)));
  }
  return known;
}
