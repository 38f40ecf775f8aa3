import type ts from "typescript";
import {
  declaredNames,
  rememberStatements,
  untouchedStatements,
} from "../../compiler/hosts/typescript/untouched-statements.js";
import { type HandlerFrame, handlerFrame, isSameFrame, mentionsAny } from "./handler-frame.js";

/** What is kept of a statement of a file, to follow it through edits. */
export interface FollowedStatement {
  readonly node: ts.Statement;
  /** Where it begins. A number, since the parser of an editor takes nodes over and moves them. */
  readonly start: number;
  /** `null` for what is no function, or none that is told by its syntax. */
  readonly frame: HandlerFrame | null;
}

/** A statement in which an edit has left everything as it was, but for its place. */
export interface StayedStatement {
  readonly node: ts.Statement;
  /** The node that it was before: the same where the parser has taken it over. */
  readonly before: ts.Statement;
  /** The names that it exports. */
  readonly exports: readonly string[];
  /** Where it began before. */
  readonly start: number;
  /** How far it has moved. */
  readonly distance: number;
}

/** What an edit has made of a file. */
export interface FollowedEdit {
  readonly statements: readonly FollowedStatement[];
  readonly stayed: readonly StayedStatement[];
  /** The statements of before that are none of {@link stayed}. */
  readonly gone: readonly ts.Statement[];
  /** The names of the functions of which the edit has changed the body of the handler and no more. */
  readonly sameFrames: ReadonlySet<string>;
}

/** Begins to follow a file. */
export function openStatements(typescript: typeof ts, file: ts.SourceFile): FollowedEdit {
  // Now, since the parser moves the nodes and leaves the text behind.
  rememberStatements(typescript, file);
  const statements = file.statements.map((node) => ({
    node,
    start: node.pos,
    frame: handlerFrame(typescript, file, node),
  }));
  return { statements, stayed: [], gone: [], sameFrames: new Set() };
}

/** @param known what is kept of the statements of `fileBefore`, in their order. */
export function followEdit(
  typescript: typeof ts,
  known: readonly FollowedStatement[],
  fileBefore: ts.SourceFile,
  after: ts.SourceFile,
): FollowedEdit {
  const untouched = untouchedStatements({
    ts: typescript,
    before: fileBefore,
    after,
    concerned: [],
  });
  // Where nothing stayed, it is not known what the edit concerns.
  if (untouched.length === 0) {
    return { ...openStatements(typescript, after), gone: known.map(({ node }) => node) };
  }
  const statements: FollowedStatement[] = [];
  const stayed: StayedStatement[] = [];
  const gone: FollowedStatement[] = [];
  const edited: number[] = [];
  let at = 0;
  for (const node of after.statements) {
    const twin = untouched[stayed.length];
    if (twin?.node !== node) {
      edited.push(statements.length);
      statements.push({ node, start: node.pos, frame: handlerFrame(typescript, after, node) });
      continue;
    }
    while (known[at]!.node !== twin.before) gone.push(known[at++]!);
    const { start, frame } = known[at++]!;
    statements.push({ node, start: node.pos, frame });
    const { before, exports } = twin;
    stayed.push({ node, before, exports, start, distance: node.pos - start });
  }
  gone.push(...known.slice(at));

  const names = [...gone, ...edited.map((position) => statements[position]!)].flatMap(({ node }) =>
    declaredNames(typescript, node),
  );
  const sameFrames = new Set<string>();
  for (const position of edited) {
    const { frame, ...statement } = statements[position]!;
    const same = frame && gone.find((one) => one.frame && isSameFrame(one.frame, frame))?.frame;
    if (!same) continue;
    // The one of before, since its words are known.
    statements[position] = { ...statement, frame: same };
    // Once before and once after: of two that have the name, it is not known which the facts are of.
    const isOne = names.filter((name) => name === same.name).length === 2;
    if (isOne && !mentionsAny(same, names)) sameFrames.add(same.name);
  }
  return { statements, stayed, gone: gone.map(({ node }) => node), sameFrames };
}
