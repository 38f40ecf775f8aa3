import ts from "typescript";
import { expect, test } from "vitest";
import { createLineIndex } from "../../../compiler/model/position.js";

test("lines and columns count from 1", () => {
  const index = createLineIndex("ab\ncd");
  expect(index.positionAt(0)).toEqual({ line: 1, column: 1 });
  expect(index.positionAt(2)).toEqual({ line: 1, column: 3 });
  expect(index.positionAt(3)).toEqual({ line: 2, column: 1 });
  expect(index.positionAt(5)).toEqual({ line: 2, column: 3 });
});

test("an offset outside the text is its nearest end, and an empty text has one line", () => {
  const index = createLineIndex("ab\n");
  expect(index.positionAt(-1)).toEqual({ line: 1, column: 1 });
  expect(index.positionAt(99)).toEqual({ line: 2, column: 1 });
  expect(createLineIndex("").lineCount).toBe(1);
  expect(createLineIndex("").positionAt(0)).toEqual({ line: 1, column: 1 });
});

test("a line's text is without its end; a line that is not there is empty", () => {
  const index = createLineIndex("a\r\nb\n\nc");
  expect([1, 2, 3, 4, 5, 0].map((line) => index.lineText(line))).toEqual([
    "a",
    "b",
    "",
    "c",
    "",
    "",
  ]);
});

test("lines and columns are those of TypeScript, whatever ends a line", () => {
  const text = "const a = '😀';\r\nb\rc\u2028d\u2029\n\ne\tf\r\n\r\n";
  const sourceFile = ts.createSourceFile("a.ts", text, ts.ScriptTarget.Latest);
  const index = createLineIndex(text);
  expect(index.lineCount).toBe(sourceFile.getLineStarts().length);
  for (let offset = 0; offset <= text.length; offset++) {
    const { line, character } = sourceFile.getLineAndCharacterOfPosition(offset);
    expect(index.positionAt(offset)).toEqual({ line: line + 1, column: character + 1 });
  }
});
