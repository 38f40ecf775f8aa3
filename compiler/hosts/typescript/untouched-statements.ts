import type ts from "typescript";

export interface UntouchedStatementsOptions {
  readonly ts: typeof ts;
  readonly before: ts.SourceFile;
  readonly after: ts.SourceFile;
  /** Places in `after` where something is used that has another type than before. */
  readonly concerned: readonly number[];
}

/** A statement whose expressions all have the types that they had before an edit. */
export interface UntouchedStatement {
  /** The same in the file as it was. */
  readonly before: ts.Statement;
  /** The names that it exports. */
  readonly exports: readonly string[];
}

/**
 * The statements of a file that an edit of it does not concern. By syntax, so rather one too few: a
 * name counts for whatever it may stand for, and where there is more than declarations, there are
 * none.
 */
export function untouchedStatements(
  options: UntouchedStatementsOptions,
): ReadonlyMap<ts.Statement, UntouchedStatement> {
  const { ts: typescript, before, after, concerned } = options;
  const none = new Map<ts.Statement, UntouchedStatement>();
  const old = before.statements.map((node) => statementOf(typescript, before, node));
  const now = after.statements.map((node) => statementOf(typescript, after, node));
  const pairs = pairsOf(old, now);
  if (pairs === null) return none;

  const stayedOld = new Set(pairs.values());
  const edited = [
    ...old.filter((statement) => !stayedOld.has(statement)),
    ...now.filter((statement) => !pairs.has(statement)),
  ];
  if (![...edited, ...pairs.keys()].every(({ isDeclarative }) => isDeclarative)) return none;
  if (edited.some(({ node }) => typescript.isImportDeclaration(node))) return none;

  const dirty = new Set(edited.flatMap(({ names }) => names));
  const clean = new Set<Statement>();
  for (const statement of pairs.keys()) {
    const { pos, end } = statement.node;
    if (concerned.every((position) => position < pos || position >= end)) clean.add(statement);
    else for (const name of statement.names) dirty.add(name);
  }
  for (let size = -1; size !== dirty.size; ) {
    size = dirty.size;
    const names = [...dirty];
    for (const statement of clean) {
      if (!names.some((name) => mentions(typescript, statement, name))) continue;
      clean.delete(statement);
      for (const name of statement.names) dirty.add(name);
    }
  }
  const untouched = new Map<ts.Statement, UntouchedStatement>();
  for (const statement of clean) {
    const twin = pairs.get(statement);
    const exports = statement.isExported ? statement.names : [];
    if (twin !== undefined) untouched.set(statement.node, { before: twin.node, exports });
  }
  return untouched;
}

/**
 * The statements that are there with the same text as before, and in the same order, each with what it
 * was; `null` where it cannot be said which was which.
 */
function pairsOf(
  old: readonly Statement[],
  now: readonly Statement[],
): ReadonlyMap<Statement, Statement> | null {
  // An editor's parser takes over the nodes in front of an edit and behind it.
  let head = 0;
  while (head < now.length && now[head] === old[head]) head += 1;
  let tail = 0;
  const rest = Math.min(old.length, now.length) - head;
  while (tail < rest && now.at(-1 - tail) === old.at(-1 - tail)) tail += 1;
  const pairs = new Map<Statement, Statement>();
  for (const statement of now.slice(0, head)) pairs.set(statement, statement);
  const oldParsed = old.slice(head, old.length - tail);
  const parsed = now.slice(head, now.length - tail);
  const known = new Map(oldParsed.map((statement) => [statement.text, statement]));
  const texts = new Set(parsed.map(({ text }) => text));
  if (known.size !== oldParsed.length || texts.size !== parsed.length) return null;
  const inOldOrder = oldParsed.filter(({ text }) => texts.has(text));
  const stayed = parsed.filter(({ text }) => known.has(text));
  for (const [position, statement] of stayed.entries()) {
    const twin = inOldOrder[position];
    if (twin?.text !== statement.text) return null;
    pairs.set(statement, twin);
  }
  for (const statement of now.slice(now.length - tail)) pairs.set(statement, statement);
  return pairs;
}

/** Reads the statements of a file now, for {@link untouchedStatements} to compare them later. */
export function rememberStatements(typescript: typeof ts, file: ts.SourceFile): void {
  for (const node of file.statements) statementOf(typescript, file, node);
}

/** A statement of a file, with the names that it declares. */
interface Statement {
  readonly node: ts.Statement;
  /** With the comments before it. */
  readonly text: string;
  readonly names: readonly string[];
  readonly isExported: boolean;
  /** It does no more than give types to the names that it declares. */
  readonly isDeclarative: boolean;
}

const statements = new WeakMap<ts.Statement, Statement>();

function statementOf(typescript: typeof ts, file: ts.SourceFile, node: ts.Statement): Statement {
  let statement = statements.get(node);
  if (!statement) {
    statement = readStatement(typescript, file, node);
    statements.set(node, statement);
  }
  return statement;
}

function readStatement(typescript: typeof ts, file: ts.SourceFile, node: ts.Statement): Statement {
  const { SyntaxKind } = typescript;
  const names = declaredNames(typescript, node);
  return {
    node,
    text: file.text.slice(node.pos, node.end),
    names,
    isExported:
      typescript.canHaveModifiers(node) &&
      (typescript.getModifiers(node) ?? []).some(({ kind }) => kind === SyntaxKind.ExportKeyword),
    isDeclarative: isDeclarative(typescript, node, names),
  };
}

/** Whether there is an assignment that does not wait for a function to be called. */
function assignsOutside(typescript: typeof ts, node: ts.Node): boolean {
  const { FirstAssignment, LastAssignment } = typescript.SyntaxKind;
  const visit = (child: ts.Node): boolean => {
    if (typescript.isFunctionLike(child)) return false;
    if (typescript.isBinaryExpression(child)) {
      const { kind } = child.operatorToken;
      if (kind >= FirstAssignment && kind <= LastAssignment) return true;
    }
    return typescript.forEachChild(child, (inner) => visit(inner) || undefined) ?? false;
  };
  return visit(node);
}

const mentioned = new WeakMap<ts.Statement, ReadonlySet<string>>();

/** Whether a statement uses a name; the name of a property does not count. */
function mentions(typescript: typeof ts, { node, text }: Statement, name: string): boolean {
  // Most do not even contain its letters, unless they are written in another way.
  if (!text.includes(name) && !text.includes("\\u")) return false;
  let known = mentioned.get(node);
  if (!known) {
    known = mentionsIn(typescript, node);
    mentioned.set(node, known);
  }
  return known.has(name);
}

function mentionsIn(typescript: typeof ts, node: ts.Statement): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (child: ts.Node): void => {
    if (typescript.isIdentifier(child)) found.add(child.text);
    if (typescript.isPropertyAccessExpression(child)) visit(child.expression);
    else typescript.forEachChild(child, visit);
  };
  visit(node);
  return found;
}

/** The names that a statement declares, as far as {@link untouchedStatements} can follow any. */
export function declaredNames(typescript: typeof ts, node: ts.Statement): readonly string[] {
  if (typescript.isVariableStatement(node)) {
    return node.declarationList.declarations.flatMap(({ name }) =>
      typescript.isIdentifier(name) ? name.text : [],
    );
  }
  if (
    typescript.isFunctionDeclaration(node) ||
    typescript.isTypeAliasDeclaration(node) ||
    typescript.isInterfaceDeclaration(node)
  ) {
    return node.name ? [node.name.text] : [];
  }
  return [];
}

function isDeclarative(
  typescript: typeof ts,
  node: ts.Statement,
  names: readonly string[],
): boolean {
  // An assignment outside of functions may narrow what comes after it.
  if (assignsOutside(typescript, node)) return false;
  if (typescript.isImportDeclaration(node)) return true;
  if (typescript.isVariableStatement(node)) {
    const { flags, declarations } = node.declarationList;
    return (flags & typescript.NodeFlags.Const) !== 0 && names.length === declarations.length;
  }
  return names.length > 0 && !isDefault(typescript, node);
}

/** `export default function named() {}` is exported under another name than its own. */
function isDefault(typescript: typeof ts, node: ts.Statement): boolean {
  return (
    typescript.canHaveModifiers(node) &&
    (typescript.getModifiers(node) ?? []).some(
      ({ kind }) => kind === typescript.SyntaxKind.DefaultKeyword,
    )
  );
}
