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
  const known = new Map(old.map((statement) => [statement.text, statement]));
  const texts = new Set(now.map(({ text }) => text));
  if (known.size !== old.length || texts.size !== now.length) return none;

  const stayed = now.filter(({ text }) => known.has(text));
  const inOldOrder = old.filter(({ text }) => texts.has(text));
  if (stayed.some(({ text }, i) => inOldOrder[i]?.text !== text)) return none;
  const edited = [
    ...old.filter(({ text }) => !texts.has(text)),
    ...now.filter(({ text }) => !known.has(text)),
  ];
  if (![...edited, ...stayed].every((statement) => isDeclarative(typescript, statement))) {
    return none;
  }
  if (edited.some(({ node }) => typescript.isImportDeclaration(node))) return none;

  const dirty = new Set(edited.flatMap(({ names }) => names));
  let clean = stayed.filter(
    ({ node }) => !concerned.some((position) => position >= node.pos && position < node.end),
  );
  for (const statement of stayed) {
    if (!clean.includes(statement)) for (const name of statement.names) dirty.add(name);
  }
  for (let size = -1; size !== dirty.size; ) {
    size = dirty.size;
    const mentionsDirty = (statement: Statement) =>
      [...dirty].some((name) => mentions(typescript, statement, name));
    for (const { names } of clean.filter(mentionsDirty)) for (const name of names) dirty.add(name);
    clean = clean.filter((statement) => !mentionsDirty(statement));
  }
  return new Map(
    clean.flatMap(({ node, text, names, isExported }) => {
      const twin = known.get(text);
      return twin ? [[node, { before: twin.node, exports: isExported ? names : [] }]] : [];
    }),
  );
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
  /** It assigns outside of functions, and so may narrow what comes after it. */
  readonly assigns: boolean;
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
  return {
    node,
    text: file.text.slice(node.pos, node.end),
    names: declaredNames(typescript, node),
    isExported:
      typescript.canHaveModifiers(node) &&
      (typescript.getModifiers(node) ?? []).some(({ kind }) => kind === SyntaxKind.ExportKeyword),
    assigns: assignsOutside(typescript, node),
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

/** Whether a statement does no more than give types to the names that it declares. */
function isDeclarative(typescript: typeof ts, { node, names, assigns }: Statement): boolean {
  if (assigns) return false;
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
