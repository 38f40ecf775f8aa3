import type ts from "typescript";

/**
 * The doc comments of a declaration, as texts: none for packages. `tsc` skips comments when it
 * parses, to save time; the project's own files that have some are parsed once more then.
 */
export function docComments(typescript: typeof ts, declaration: ts.Node): readonly string[] {
  const file = declaration.getSourceFile();
  if (file.fileName.includes("/node_modules/") || !file.text.includes("/**")) return [];
  const node = hasComments(typescript, file)
    ? declaration
    : sameNode(withComments(typescript, file), declaration, typescript);
  if (!node) return [];
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
