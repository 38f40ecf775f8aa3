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
  readonly node: ts.Statement;
  /** The same in the file as it was: the same node where an editor's parser has taken it over. */
  readonly before: ts.Statement;
  /** The names of the values that it exports. Where several have one, facts are of the first. */
  readonly exports: readonly string[];
}

/**
 * The statements of a file that an edit of it does not concern, in their order, which is also that
 * of before. By syntax, so rather one too few: a name counts for whatever it may stand for, and where
 * there is more than declarations, there are none.
 */
export function untouchedStatements(
  options: UntouchedStatementsOptions,
): readonly UntouchedStatement[] {
  const { ts: typescript, before, after, concerned } = options;
  const compared = compare(typescript, before, after);
  if (compared === null) return [];
  const { pairs, edited } = compared;
  if (!edited.every(isPlain) || !pairs.every(({ now }) => now.isDeclarative)) return [];

  const dirty = new Set(edited.flatMap(({ names }) => names));
  let clean = pairs;
  const removeUnless = (isClean: (statement: Statement) => boolean): void => {
    clean = clean.filter(({ now }) => {
      if (isClean(now)) return true;
      for (const name of now.names) dirty.add(name);
      return false;
    });
  };
  if (concerned.length > 0) {
    removeUnless(({ node: { pos, end } }) =>
      concerned.every((position) => position < pos || position >= end),
    );
  }
  for (let size = -1; size !== dirty.size; ) {
    size = dirty.size;
    const names = [...dirty];
    removeUnless((statement) => !names.some((name) => mentions(typescript, statement, name)));
  }
  return clean.map(({ old, now }) => ({ node: now.node, before: old.node, exports: now.exports }));
}

/** Not an import: that gives a new meaning to names all over the file. */
function isPlain({ isDeclarative, isImport }: Statement): boolean {
  return isDeclarative && !isImport;
}

/** A statement that is there with the same text as before. */
interface Pair {
  readonly old: Statement;
  readonly now: Statement;
}

interface Compared {
  readonly pairs: readonly Pair[];
  /** All others, those that are gone and those that are new. */
  readonly edited: readonly Statement[];
}

/** Tells which statement was which; `null` where that cannot be said. */
function compare(
  typescript: typeof ts,
  before: ts.SourceFile,
  after: ts.SourceFile,
): Compared | null {
  const old = before.statements;
  const now = after.statements;
  // An editor's parser takes over the nodes in front of an edit and behind it.
  const rest = Math.min(old.length, now.length);
  let head = 0;
  while (head < rest && now[head] === old[head]) head += 1;
  let tail = 0;
  while (tail < rest - head && now.at(-1 - tail) === old.at(-1 - tail)) tail += 1;

  const oldParsed = old
    .slice(head, old.length - tail)
    .map((node) => statementOf(typescript, before, node));
  const parsed = now
    .slice(head, now.length - tail)
    .map((node) => statementOf(typescript, after, node));
  const known = new Map(oldParsed.map((statement) => [statement.text, statement]));
  const texts = new Set(parsed.map(({ text }) => text));
  if (known.size !== oldParsed.length || texts.size !== parsed.length) return null;
  const inOldOrder = oldParsed.filter(({ text }) => texts.has(text));

  const pairs: Pair[] = [];
  const edited = oldParsed.filter(({ text }) => !texts.has(text));
  const addTaken = (nodes: readonly ts.Statement[]): void => {
    for (const node of nodes) {
      const taken = statementOf(typescript, after, node);
      pairs.push({ old: taken, now: taken });
    }
  };
  addTaken(now.slice(0, head));
  let position = 0;
  for (const statement of parsed) {
    if (!known.has(statement.text)) {
      edited.push(statement);
      continue;
    }
    const twin = inOldOrder[position++];
    if (twin?.text !== statement.text) return null;
    pairs.push({ old: twin, now: statement });
  }
  addTaken(now.slice(now.length - tail));
  return { pairs, edited };
}

/**
 * Reads the statements of a file now, for {@link untouchedStatements} to compare them later: it
 * remembers those of `after` itself.
 */
export function rememberStatements(typescript: typeof ts, file: ts.SourceFile): void {
  for (const node of file.statements) statementOf(typescript, file, node);
}

/** A statement of a file, with the names that it declares. */
interface Statement {
  readonly node: ts.Statement;
  /** With the comments before it. */
  readonly text: string;
  readonly names: readonly string[];
  /** The names of the values that it exports: a type may have that of one. */
  readonly exports: readonly string[];
  readonly isImport: boolean;
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
    exports:
      !isType(typescript, node) && hasModifier(typescript, node, SyntaxKind.ExportKeyword)
        ? names
        : [],
    isImport: typescript.isImportDeclaration(node),
    isDeclarative: isDeclarative(typescript, node, names),
  };
}

/** Whether there is an assignment that does not wait for a function to be called. */
function assignsOutside(typescript: typeof ts, node: ts.Node): boolean {
  const { FirstAssignment, LastAssignment } = typescript.SyntaxKind;
  const visit = (child: ts.Node): true | undefined => {
    if (typescript.isFunctionLike(child)) return undefined;
    if (typescript.isBinaryExpression(child)) {
      const { kind } = child.operatorToken;
      if (kind >= FirstAssignment && kind <= LastAssignment) return true;
    }
    return typescript.forEachChild(child, visit);
  };
  return visit(node) ?? false;
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
  if (typescript.isFunctionDeclaration(node) || isType(typescript, node)) {
    return node.name ? [node.name.text] : [];
  }
  return [];
}

function isType(
  typescript: typeof ts,
  node: ts.Statement,
): node is ts.TypeAliasDeclaration | ts.InterfaceDeclaration {
  return typescript.isTypeAliasDeclaration(node) || typescript.isInterfaceDeclaration(node);
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
  // `export default function named() {}` is exported under another name than its own.
  return names.length > 0 && !hasModifier(typescript, node, typescript.SyntaxKind.DefaultKeyword);
}

function hasModifier(typescript: typeof ts, node: ts.Node, kind: ts.SyntaxKind): boolean {
  return (
    typescript.canHaveModifiers(node) &&
    (typescript.getModifiers(node) ?? []).some((modifier) => modifier.kind === kind)
  );
}
