import type ts from "typescript";
import { declaredNames } from "../../compiler/hosts/typescript/untouched-statements.js";
import { statementReader } from "../../compiler/syntax/file-syntax.js";
import type { StayedStatement } from "./stayed-statements.js";

/**
 * What is around the body of a function's handler. While it stays, the body decides no more of the
 * function than its result: its arguments, whose types are dear, are those of before.
 */
interface HandlerFrame {
  readonly name: string;
  /** From the start of the statement, its comment included. */
  readonly before: string;
  readonly after: string;
  /** Every word around the body but the name that is declared, and so every name there. */
  readonly words: ReadonlySet<string>;
}

export type HandlerFrames = ReadonlyMap<ts.Statement, HandlerFrame>;

/** The frames in a file; those of statements that stayed are taken from `known`. */
export function handlerFrames(
  typescript: typeof ts,
  sourceFile: ts.SourceFile,
  stayed: readonly StayedStatement[],
  known: HandlerFrames,
): HandlerFrames {
  const twins = new Map(stayed.map(({ node, before }) => [node, before]));
  const read = statementReader(typescript, sourceFile);
  const frames = new Map<ts.Statement, HandlerFrame>();
  for (const statement of sourceFile.statements) {
    const twin = twins.get(statement);
    const frame = twin
      ? known.get(twin)
      : frameOf(typescript, sourceFile, statement, () => read(statement).definitions);
    if (frame) frames.set(statement, frame);
  }
  return frames;
}

/** The names of the functions of which an edit has changed the body of the handler and no more. */
export function sameFrames(
  typescript: typeof ts,
  before: { readonly sourceFile: ts.SourceFile; readonly frames: HandlerFrames },
  after: { readonly sourceFile: ts.SourceFile; readonly frames: HandlerFrames },
  stayed: readonly StayedStatement[],
): ReadonlySet<string> {
  const same = new Set<string>();
  // Where nothing stayed, it is not known what the edit concerns.
  if (stayed.length === 0) return same;
  const nodes = new Set(stayed.flatMap(({ node, before: twin }) => [node, twin]));
  const edited = [before, after].map(({ sourceFile }) =>
    sourceFile.statements.filter((statement) => !nodes.has(statement)),
  );
  const names = new Set(edited.flat().flatMap((statement) => declaredNames(typescript, statement)));
  const old = new Map((edited[0] ?? []).map((it) => [before.frames.get(it)?.name, it]));
  for (const statement of edited[1] ?? []) {
    const frame = after.frames.get(statement);
    const twin = frame && old.get(frame.name);
    const known = twin && before.frames.get(twin);
    if (!known || known.before !== frame.before || known.after !== frame.after) continue;
    if (![...names].some((name) => frame.words.has(name))) same.add(frame.name);
  }
  return same;
}

function frameOf(
  typescript: typeof ts,
  { text }: ts.SourceFile,
  statement: ts.Statement,
  definitionsIn: () => ReturnType<ReturnType<typeof statementReader>>["definitions"],
): HandlerFrame | null {
  if (!typescript.isVariableStatement(statement)) return null;
  const [declaration, ...others] = statement.declarationList.declarations;
  if (declaration === undefined || others.length > 0) return null;
  const { name, initializer } = declaration;
  if (!typescript.isIdentifier(name) || initializer === undefined) return null;
  // What somebody's own wrapper takes from a handler is not known.
  const definition = definitionsIn().find(
    ({ call, builder }) => call === initializer && builder !== null,
  );
  const body = definition?.handler.body;
  if (body === undefined) return null;
  const after = text.slice(body.end, statement.end);
  const words = wordsIn(text.slice(name.end, body.pos) + after);
  if (words === null) return null;
  return { name: name.text, before: text.slice(statement.pos, body.pos), after, words };
}

/** `null` where a name may be written in another way than by its letters. */
function wordsIn(text: string): ReadonlySet<string> | null {
  if (text.includes("\\u")) return null;
  return new Set(text.match(/[\p{ID_Start}$_][\p{ID_Continue}$]*/gu));
}
