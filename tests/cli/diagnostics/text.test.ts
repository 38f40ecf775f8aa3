import { expect, test } from "vitest";
import { printDiagnostics, summarize } from "../../../cli/diagnostics/text.js";
import type { ConvoyDiagnostic } from "../../../compiler/model/diagnostic.js";
import { projectLayout } from "../../../compiler/project/layout.js";
import { type MemoryChannel, memoryChannel } from "../memory-channel.js";

const schema = [
  'import { defineRef } from "convoy";',
  "export default defineSchema({",
  "  users: defineTable({}),",
  '  projects: defineTable({ owner: defineRef("userz") }),',
  "});",
].join("\n");

function span(of: string, text = schema) {
  return { file: "convoy/schema.ts", start: text.indexOf(of), length: of.length };
}

const unknownTable: ConvoyDiagnostic = {
  code: "CV1004",
  rule: "unknown-ref-table",
  severity: "error",
  message: 'There is no table "userz". Did you mean "users"?',
  span: span('"userz"'),
  related: [{ message: "The table is defined here.", span: span("users") }],
  fixes: [{ name: "did-you-mean", title: 'Change to "users"', edits: [] }],
};

function print(
  diagnostics: readonly ConvoyDiagnostic[],
  channel: MemoryChannel,
  text: string | undefined = schema,
): string {
  const session = { project: projectLayout("/srv/app"), readText: () => text };
  printDiagnostics(diagnostics, session, "/srv", channel);
  return channel.text;
}

test("away from a terminal a finding is a line, its related places and its fix indented below", () => {
  expect(print([unknownTable], memoryChannel())).toBe(
    [
      'app/convoy/schema.ts:4:44 - error CV1004: There is no table "userz". Did you mean "users"?',
      "  app/convoy/schema.ts:3:3 - The table is defined here.",
      '  fix: Change to "users"',
      "",
    ].join("\n"),
  );
});

test("on a terminal it comes with the source it is about", () => {
  expect(print([unknownTable], memoryChannel({ pretty: true }))).toBe(
    [
      'app/convoy/schema.ts:4:44 - error CV1004: There is no table "userz". Did you mean "users"?',
      "",
      '4   projects: defineTable({ owner: defineRef("userz") }),',
      "                                             ^^^^^^^",
      "",
      "  app/convoy/schema.ts:3:3",
      "    3   users: defineTable({}),",
      "        ^^^^^",
      "    The table is defined here.",
      "",
      '  fix: Change to "users"',
      "",
      "",
    ].join("\n"),
  );
});

test("a finding in a file that is not there begins at 1:1 and shows no source", () => {
  const missing: ConvoyDiagnostic = {
    code: "CV1001",
    rule: "schema",
    severity: "error",
    message: "There is no schema.",
    span: { file: "convoy/schema.ts", start: 0, length: 0 },
  };
  const session = { project: projectLayout("/srv/app"), readText: () => undefined };
  const channel = memoryChannel({ pretty: true });
  printDiagnostics([missing], session, "/srv/app", channel);
  expect(channel.text).toBe("convoy/schema.ts:1:1 - error CV1001: There is no schema.\n\n");
});

test("carets stand below wide characters, and a tab takes one column", () => {
  const text = '\tname: "日本語👩‍👩‍👧", // é';
  const finding = { ...unknownTable, related: [], fixes: [], span: span("// é", text) };
  const lines = print([finding], memoryChannel({ pretty: true }), text).split("\n");
  expect(lines[2]).toBe('1  name: "日本語👩‍👩‍👧", // é');
  // 9 columns up to the quote, 3 × 2 and 2 for the wide ones, 3 after them, and "1 " before all.
  expect(lines[3]).toBe(`${" ".repeat(2 + 8 + 8 + 3)}^^^^`);
});

test("a line too long for the terminal is cut around the place", () => {
  const text = `const a = { ${"x: 1, ".repeat(100)}wrong: 2, ${"y: 1, ".repeat(100)}};`;
  const finding = { ...unknownTable, related: [], fixes: [], span: span("wrong", text) };
  const lines = print([finding], memoryChannel({ pretty: true, columns: 60 }), text).split("\n");
  expect(lines[2]!.length).toBeLessThanOrEqual(60);
  expect(lines[2]).toMatch(/^1 ….*wrong.*…$/);
  expect(lines[3]!.indexOf("^")).toBe(lines[2]!.indexOf("wrong"));
  expect(lines[3]!.trim()).toBe("^^^^^");
});

test("a place of several lines is marked to the end of its first", () => {
  const finding = {
    ...unknownTable,
    related: [],
    fixes: [],
    span: span("defineSchema({\n  users"),
  };
  const lines = print([finding], memoryChannel({ pretty: true })).split("\n");
  expect(lines.slice(2, 4)).toEqual([
    "2 export default defineSchema({",
    "                 ^^^^^^^^^^^^^^",
  ]);
});

test("control characters of the project reach neither the terminal nor a line of its own", () => {
  const text = 'const a = "\u001b[2J\u202e";';
  const finding = {
    ...unknownTable,
    message: "bad \u001b[31mname\nand more",
    span: span('"', text),
  };
  for (const pretty of [true, false]) {
    const printed = print([finding], memoryChannel({ pretty }), text);
    expect(printed).not.toContain("\u001b");
    expect(printed).not.toContain("\u202e");
  }
  const [first] = print([finding], memoryChannel(), text).split("\n");
  expect(first).toMatch(/bad \ufffd\[31mname and more$/);
});

test("the summary counts findings by severity, and files", () => {
  const warning: ConvoyDiagnostic = {
    ...unknownTable,
    severity: "warning",
    span: { file: "convoy/functions/a.ts", start: 0, length: 1 },
  };
  expect(summarize([unknownTable])).toBe("Found 1 error in 1 file.");
  expect(summarize([unknownTable, unknownTable, warning])).toBe(
    "Found 2 errors and 1 warning in 2 files.",
  );
});
