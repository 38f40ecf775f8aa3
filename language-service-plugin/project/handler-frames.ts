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
  /** Where in {@link before} the name ends that is declared. */
  readonly nameEnd: number;
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
    // The one of before where it is the same, since its words are known.
    if (frame) frames.set(statement, twin ? frame : (sameAmong(known, frame) ?? frame));
  }
  return frames;
}

function sameAmong(known: HandlerFrames, frame: HandlerFrame): HandlerFrame | undefined {
  for (const one of known.values()) {
    if (one.name === frame.name && one.before === frame.before && one.after === frame.after) {
      return one;
    }
  }
  return undefined;
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
  const known = new Set(before.frames.values());
  for (const statement of edited[1] ?? []) {
    const frame = after.frames.get(statement);
    if (!frame || !known.has(frame)) continue;
    const words = wordsIn(frame);
    if (words && ![...names].some((name) => words.has(name))) same.add(frame.name);
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
  return {
    name: name.text,
    before: text.slice(statement.pos, body.pos),
    after: text.slice(body.end, statement.end),
    nameEnd: name.end - statement.pos,
  };
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
