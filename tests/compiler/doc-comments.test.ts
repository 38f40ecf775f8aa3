import ts from "typescript";
import { expect, test } from "vitest";
import { docComments } from "../../compiler/hosts/typescript/doc-comments.js";

const text = `/** Of the file. */
/** Of the list,
 *  in two lines with {@link Row} and \`code\`.
 * @param none a tag
 */
export const list = query({
  args: {
    /** Whose. */
    ownerId: defineRef("users"),
    plain: z.string(), /** Not of the next one? */
    after: z.string(),
    /* no doc */ none: z.string(),
    /**/ empty: z.string(),
    value: /** Before the value. */ z.string(),
    /** Of both. */ both: /** And the value. */ (z.string()),
    /**
       Without stars,
         indented.
     */
    shape,
    /** First. */
    /** Second. */
    twice: z.string(),
    method() {},
    /** Of a method. */
    documented() {},
  },
  handler: () => {
    /** Of a local. */
    const local = 1;
    return { /** Returned. */ local };
  },
});
export const /** Between. */ between = 1, /** Second variable. */ second = 2;
/** Of two. */
export const one = 1, two = 2;
export const arrow = /** Of the arrow. */ (/** Of the parameter. */ a: string) => a;
/** Of a function. */
export function declared() {}
export interface Row {
  /** Of a property
   *
   * with a paragraph. */
  readonly name: string;
  other: { /** Deep. */ deep?: number; /** Called. */ call(): void };
}
/** Of a type. */
export type Alias = { /** In an alias. */ readonly [key: string]: string };
assigned = { /** Assigned. */ field: 1 };
export default /** Of the default. */ { /** In it. */ field: 1 };
`;

function declarationsOf(file: ts.SourceFile): readonly ts.Node[] {
  const found: ts.Node[] = [];
  const visit = (node: ts.Node): void => {
    if ("symbol" in node && node.symbol !== undefined) found.push(node);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** Comments by place, in a file that was parsed with them or without. */
function commentsOf(source: string, jsDocParsingMode: ts.JSDocParsingMode): readonly unknown[] {
  const options = {};
  const file = ts.createSourceFile(
    "/project/file.ts",
    source,
    { languageVersion: ts.ScriptTarget.Latest, jsDocParsingMode },
    true,
  );
  const host = { ...ts.createCompilerHost(options), getSourceFile: () => file };
  // Binds the file: symbols say which nodes are declarations.
  ts.createProgram(["/project/file.ts"], { ...options, noLib: true, noResolve: true }, host)
    .getTypeChecker()
    .getSymbolsInScope(file, ts.SymbolFlags.Value);
  return declarationsOf(file).map((node) => [
    ts.SyntaxKind[node.kind],
    node.getText(file).slice(0, 20),
    docComments(ts, node),
  ]);
}

test.each([
  ["line ends of Unix", text],
  ["line ends of Windows", text.replaceAll("\n", "\r\n")],
])("comments that tsc skipped are read as they would have been (%s)", (_, source) => {
  const all = commentsOf(source, ts.JSDocParsingMode.ParseAll);
  expect(commentsOf(source, ts.JSDocParsingMode.ParseNone)).toEqual(all);
  expect(JSON.stringify(all)).toContain("Whose.");
  expect(JSON.stringify(all)).toContain("Of the list,");
});
