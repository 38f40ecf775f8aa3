/** Statements are followed through edits by their texts and their names, and a name may be that of two. */
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { Typing } from "./typing.js";

const typed = "convoy/functions/typed.ts";
const help = "convoy/lib/help.ts";
const imports = `import { z } from "zod";
import { query } from "../_generated/server";
import { help } from "../lib/help";
`;

/** A function, for what it takes and returns. */
function made(name: string, args: string, result = "1"): string {
  return `export const ${name} = query({ args: ${args}, handler: async () => ${result} });\n`;
}

/** A type that has no form on the wire. */
const unsendable = "{ at: z.custom<WeakSet<object>>() }";

let typing: Typing;
beforeAll(async () => {
  typing = await Typing.open({
    [typed]: "export {};\n",
    [help]: "export const help = () => 1;\n",
  });
});
// A file that another one makes of itself is read as a whole at each key, and follows nothing.
beforeEach(() => typing.type(help, "export const help = () => 1;\n"));
afterAll(() => typing[Symbol.asyncDispose]());

/** Types one text after the other, and gives what is underlined in each at last. */
function underlined(...texts: readonly string[]): readonly (readonly string[])[] {
  return texts.map((text) => {
    typing.type(typed, imports + text);
    const said = typing.saidAfterTyping();
    expect(said).toEqual(typing.saidAtFirstSight());
    expect(typing.faults).toEqual([]);
    const [found = []] = said;
    return found.map(({ start, length }) => (imports + text).slice(start, start + length));
  });
}

test("a value and a type of one name move each by itself", () => {
  const value = "export const shape = 1;\n";
  const type = "export type shape = typeof shape;\n";
  const between = "const between = 1;\n";
  expect(underlined(value + type, value + between + type)).toEqual([["shape"], ["shape"]]);
  expect(underlined(type + value, type + between + value)).toEqual([["shape"], ["shape"]]);
});

test("a function with overloads is where its first one is", () => {
  const first = "export function over(a: string): string;\n";
  const second = "export function over(a: string) {\n  return a;\n}\n";
  expect(underlined(first + second, `${first}const between = 1;\n${second}`)).toEqual([
    ["over"],
    ["over"],
  ]);
});

test("of two functions of one name, the one that is left says what it takes", () => {
  const sound = made("first", "{ a: z.string() }");
  const unsound = made("first", unsendable);
  const end = made("last", "{}");
  expect(underlined(unsound + sound + end, sound + end)).toEqual([["first"], []]);
  expect(underlined(sound + unsound + end, unsound + end)).toEqual([[], ["first"]]);
});

test("a function takes what the constant is that an edit has changed", () => {
  const taking = made("first", "{ value }");
  const sound = `const value = z.string();\n${taking}`;
  const unsound = `const value = z.custom<WeakSet<object>>();\n${taking}`;
  expect(underlined(sound, unsound, sound)).toEqual([[], ["first"], []]);
});

test("what is found below a line that does something moves with it", () => {
  const unsound =
    'export const first = query({ handler: (ctx) => ctx.db.query("userz").take(1) });\n';
  expect(underlined(`console.log(1);\n${unsound}`, `console.log(12);\n${unsound}`)).toEqual([
    ['"userz"'],
    ['"userz"'],
  ]);
});

test("what a file makes of itself through another one follows its edits", () => {
  typing.type(
    help,
    'import { first } from "../functions/typed";\nexport const help = () => ({}) as (typeof first)["~result"];\n',
  );
  const second = made("second", "{}", "({ inner: help() })");
  const sound = made("first", "{}");
  const unsound = made("first", "{}", "new Map([[1, 2]])");
  expect(underlined(sound + second, unsound + second, sound + second)).toEqual([
    [],
    ["first", "second"],
    [],
  ]);
});

test("a constant that is parsed again beside an edit is renamed where it is", () => {
  const constant = 'const table = "users";\n';
  const others = "const one = 1;\nconst two = 2;\n";
  const user =
    "export const first = query({ args: {}, handler: (ctx) => ctx.db.query(table).take(1) });\n";
  const texts = [
    `const above = 1;\n${constant}${others}${user}`,
    `const above = 1;\n${constant}const beside = 1;\n${others}${user}`,
    `const above = "more";\n${constant}const beside = 1;\n${others}${user}`,
  ];
  underlined(...texts);
  const position = (imports + texts.at(-1)).indexOf("users");
  const renamed = typing.renamedAfterTyping(typed, position);
  expect(renamed).toEqual(typing.renamedAtFirstSight(typed, position));
  expect(renamed).toContain(`${typed}:${position} users`);
});
