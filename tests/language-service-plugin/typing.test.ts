/** What is kept from key to key never changes an answer: a plugin that knows nothing says the same. */
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { propertyRuns } from "../database/support/property-runs.js";
import { Typing } from "./typing.js";

/** What the statements of the files may be: each list holds what one of them can say, or nothing. */
const typed: readonly (readonly string[])[] = [
  ["", "// Above all.\n"],
  [
    `import { defineRef } from "convoy";
import { z } from "zod";
import { internal } from "../_generated/api";
import { mutation, query } from "../_generated/server";
import { help, wrap } from "../lib/help";
`,
    `import { defineRef } from "convoy";
import { z } from "zod";
import { internal } from "../_generated/api";
import { mutation, query, type QueryCtx } from "../_generated/server";
import { help, wrap } from "../lib/help";
`,
  ],
  ["", "interface Shape { inner: string }\n", "interface Shape { inner: any; more?: Shape }\n"],
  ["", "export type first = string;\n"],
  ["", 'const table = "users";\n', 'const table = "projects";\n', 'let table = "users";\n'],
  ["", "type Ctx = QueryCtx;\n", "interface Ctx { db: unknown }\n"],
  ['const shape = { id: defineRef("users") };\n', 'const shape = { id: defineRef("projects") };\n'],
  [
    "",
    `/** Doc. */
export const first = query({
  args: shape,
  handler: async (ctx, { id }) => ctx.db.get("users", id),
});
`,
    `export const first = query({
  args: shape,
  handler: async (ctx, { id }) => {
    ctx.db.get("users", id);
    return { at: new Map([[1, id]]) };
  },
});
`,
    `export const first = query({
  args: shape,
  handler: async (ctx, { id }) => {
    return help() as any;
  },
});
`,
  ],
  [
    `export const second = query({
  args: { userId: defineRef("users"), at: z.custom<WeakSet<object>>() },
  handler: async (ctx, { userId }) => {
    const found = ctx.db.query("projects").withIndex("by_userId", (q) => q.eq("userId", userId));
    return found.collect();
  },
});
`,
    `export const second = query({
  args: { userId: defineRef("users"), at: z.custom<WeakSet<object>>() },
  handler: async (ctx, { userId }) => {
    await ctx.db.insert("users", { deviceId: "a", createdAt: 1 });
    return ctx.db.query(table).withIndex("by_user").collect();
  },
});
`,
    `export const second = query({
  args: { userId: defineRef("users") },
  handler: async (ctx, { userId }) => {
    await fetch("https://example.com");
    return ctx.runQuery(internal.typed.third, {});
  },
});
`,
  ],
  // While somebody copies a function, there are two of its name.
  [
    "",
    "export const first = query({ args: { at: z.custom<WeakSet<object>>() }, handler: async () => 1 });\n",
  ],
  ["", "export const fourth = query({ args: {}, handler: async () => ({ inner: help() }) });\n"],
  [
    "",
    'export const third = wrap({ handler: async (ctx) => ctx.db.query("user").collect() });\n',
    "async function third(ctx: Ctx) { return ctx.db.query(table).collect(); }\n",
    "const fetch = async (_url: string): Promise<void> => undefined;\n",
  ],
  ["", "export const other = shape;\n", "export default 1;\n", "shape.id = shape.id;\n"],
  ["", "const half = (\n"],
];

/** A module in a folder that has the name of another module. */
const below: readonly (readonly string[])[] = [
  ['import { query } from "../../_generated/server";\n'],
  ["", "export const one = query({ args: {}, handler: async () => 1 });\n"],
];

const help: readonly (readonly string[])[] = [
  ['import { query } from "../_generated/server";\n'],
  [
    "export const help = () => 1;\n",
    "export const help = () => new Map([[1, 2]]);\n",
    'import { first } from "../functions/typed";\nexport const help = () => ({}) as typeof first["~result"];\n',
  ],
  ["export const wrap = query;\n", "export const wrap = <T>(value: T): T => value;\n"],
];

const files = [
  ["convoy/functions/typed.ts", typed],
  ["convoy/lib/help.ts", help],
  ["convoy/functions/typed/first.ts", below],
] as const;

interface Edit {
  readonly file: number;
  readonly statement: number;
  readonly form: number;
  /** Several keys may be typed before the plugin is asked again; the parser sees each. */
  readonly isAsked: boolean;
}

const edit: fc.Arbitrary<Edit> = fc.oneof(
  ...files.map(([, statements], file) => ({
    // Most keys are typed into one file.
    weight: file === 0 ? 5 : 1,
    arbitrary: fc.nat(statements.length - 1).chain((statement) =>
      fc.record({
        file: fc.constant(file),
        statement: fc.constant(statement),
        form: fc.nat((statements[statement]?.length ?? 1) - 1),
        isAsked: fc.constantFrom(true, true, false),
      }),
    ),
  })),
);

let typing: Typing;
beforeAll(async () => {
  typing = await Typing.open(Object.fromEntries(files.map(([name]) => [name, "export {};\n"])));
});
afterAll(() => typing[Symbol.asyncDispose]());

test("after any edits, what is said of a file is what would be said of it at first sight", () => {
  fc.assert(
    fc.property(fc.array(edit, { minLength: 5, maxLength: 12 }), (edits) => {
      const forms = files.map(([, statements]) => statements.map(() => 0));
      for (const { file, statement, form, isAsked } of edits) {
        forms[file]![statement] = form;
        files.forEach(([name, statements], at) => {
          typing.type(name, statements.map((all, i) => all[forms[at]![i]!]!).join(""));
        });
        typing.parse();
        if (!isAsked) continue;
        expect(typing.saidAfterTyping()).toEqual(typing.saidAtFirstSight());
      }
      expect(typing.faults).toEqual([]);
    }),
    propertyRuns(5),
  );
}, 180_000);
