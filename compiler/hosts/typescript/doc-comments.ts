import type ts from "typescript";

/**
 * The doc comments of a declaration, as texts: none for packages. `tsc` skips comments when it
 * parses, to save time; the few that are asked for are parsed by themselves then.
 */
export function docComments(typescript: typeof ts, declaration: ts.Node): readonly string[] {
  const file = declaration.getSourceFile();
  if (file.fileName.includes("/node_modules/") || !file.text.includes("/**")) return [];
  if (hasComments(typescript, file)) return commentsOf(typescript, declaration);
  const host = soleHost(typescript, file, declaration);
  if (host) return commentsBefore(typescript, file, host);
  const node = sameNode(withComments(typescript, file), declaration, typescript);
  return node ? commentsOf(typescript, node) : [];
}

function commentsOf(typescript: typeof ts, node: ts.Node): readonly string[] {
  return typescript
    .getJSDocCommentsAndTags(node)
    .flatMap((part) =>
      typescript.isJSDoc(part) ? (typescript.getTextOfJSDocComment(part.comment) ?? "") : [],
    );
}

/** Whether the file was parsed with its comments. What says so is not in TypeScript's types. */
function hasComments(
  typescript: typeof ts,
  file: ts.SourceFile & { readonly jsDocParsingMode?: ts.JSDocParsingMode },
): boolean {
  const { ParseAll } = typescript.JSDocParsingMode;
  return (file.jsDocParsingMode ?? ParseAll) === ParseAll;
}

/**
 * The only node whose leading comments TypeScript counts as those of the declaration; `null` where
 * it is not certain that there is only one.
 */
function soleHost(
  typescript: typeof ts,
  file: ts.SourceFile,
  declaration: ts.Node,
): ts.Node | null {
  const hasNone = (position: number | undefined) =>
    position === undefined ||
    (docRanges(typescript.getLeadingCommentRanges(file.text, position), file).length === 0 &&
      docRanges(typescript.getTrailingCommentRanges(file.text, position), file).length === 0);
  if (
    typescript.isPropertySignature(declaration) ||
    typescript.isShorthandPropertyAssignment(declaration)
  ) {
    return declaration;
  }
  if (typescript.isPropertyAssignment(declaration)) {
    return hasNone(declaration.initializer.pos) ? declaration : null;
  }
  if (!typescript.isVariableDeclaration(declaration)) return null;
  const statement = declaration.parent.parent;
  return typescript.isVariableStatement(statement) &&
    statement.declarationList.declarations[0] === declaration &&
    hasNone(declaration.pos) &&
    hasNone(declaration.initializer?.pos)
    ? statement
    : null;
}

function docRanges(
  ranges: readonly ts.CommentRange[] | undefined,
  { text }: ts.SourceFile,
): readonly ts.CommentRange[] {
  return (ranges ?? []).filter(
    ({ pos }) => text.startsWith("/**", pos) && text.charAt(pos + 3) !== "/",
  );
}

/** Parses the comments before a node and nothing else. */
function commentsBefore(
  typescript: typeof ts,
  file: ts.SourceFile,
  node: ts.Node,
): readonly string[] {
  const { text } = file;
  const ranges = docRanges(typescript.getLeadingCommentRanges(text, node.pos), file);
  const [first] = ranges;
  const last = ranges.at(-1);
  if (!first || !last) return [];
  // At the same place in the line: how far a comment is indented decides what it says.
  const indent = first.pos - (text.lastIndexOf("\n", first.pos) + 1);
  const comments = text.slice(first.pos, last.end);
  const [statement] = typescript.createSourceFile(
    "comments.ts",
    `\n${" ".repeat(indent)}${comments}\nlet documented;`,
    {
      languageVersion: file.languageVersion,
      jsDocParsingMode: typescript.JSDocParsingMode.ParseAll,
    },
    true,
  ).statements;
  return statement ? commentsOf(typescript, statement) : [];
}

const parsed = new WeakMap<ts.SourceFile, ts.SourceFile>();

function withComments(typescript: typeof ts, file: ts.SourceFile): ts.SourceFile {
  let again = parsed.get(file);
  if (!again) {
    const { fileName, text, languageVersion, impliedNodeFormat } = file;
    const { ParseAll } = typescript.JSDocParsingMode;
    const options = { languageVersion, impliedNodeFormat, jsDocParsingMode: ParseAll };
    again = typescript.createSourceFile(fileName, text, options, true);
    parsed.set(file, again);
  }
  return again;
}

/** The node of another parse of the same text. */
function sameNode(file: ts.SourceFile, node: ts.Node, typescript: typeof ts): ts.Node | undefined {
  let found: ts.Node | undefined = file;
  while (found && (found.kind !== node.kind || found.pos !== node.pos || found.end !== node.end)) {
    found = typescript.forEachChild(found, (child) =>
      child.pos <= node.pos && node.end <= child.end ? child : undefined,
    );
  }
  return found;
}
