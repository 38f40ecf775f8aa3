import fc from "fast-check";
import { expect, test } from "vitest";
import { openSession } from "../support/analyse.js";
import { type TempProject, tempProject } from "../support/temp-project.js";

const imports = `import { defineRef } from "convoy";
import { z } from "zod";
import { api } from "../_generated/api";
import { query } from "../_generated/server";
`;

/** What the statements of a module may be: each list holds what one of them can say, or nothing. */
const moduleA: readonly (readonly string[])[] = [
  ["", "// Above all.\n"],
  [imports, `${imports}import { help } from "../lib/help";\n`],
  ["", "interface Shape { inner: string }\n", "interface Shape { inner: number; more?: Shape }\n"],
  ["const base = 1;\n", 'const base = "text";\n', "let base: string | number = 1;\n"],
  ["", "base;\n", 'Object.assign({}, { base = "text" });\n'],
  ["", "const local = () => base;\n", "function local() { return [base]; }\n"],
  [
    "",
    "export const first = query({ handler: async () => base });\n",
    "/** Says more. */\nexport const first = query({ handler: async () => ({ base }) });\n",
    "export const first = query({ handler: async (ctx) => ctx.runQuery(api.b.first) });\n",
  ],
  ["", "export default 1;\n", "export { base as again };\n", "export const other = base;\n"],
  [
    "export const second = query({ args: { id: defineRef('things') }, handler: async (ctx, { id }) => ctx.db.get('others', id) });\n",
    "export const second = query({ args: { id: defineRef('others') }, handler: async (ctx, { id }) => ctx.db.get('others', id) });\n",
    "export const second = query({ handler: async () => local() });\n",
  ],
  [
    "",
    "export const third = query({ handler: async () => ({}) as Shape });\n",
    "export const third = query({ handler: async (ctx) => [await ctx.runQuery(api.a.second)] });\n",
    "export const third = query({ handler: async () => help() });\n",
  ],
];

const moduleB: readonly (readonly string[])[] = [
  [imports],
  [
    "export const first = query({ handler: async () => 1 });\n",
    "export const first = query({ handler: async () => ({ a: [true] }) });\n",
    "export const first = query({ handler: async (ctx) => ({ third: await ctx.runQuery(api.a.third) }) });\n",
  ],
  ["", "const { a } = api;\n"],
  [
    "",
    "export const second = query({ handler: async (ctx) => ctx.runQuery(api.a.second, {} as never) });\n",
    "export const second = query({ handler: async (ctx) => ctx.runQuery(a.first) });\n",
  ],
  [
    "",
    "export const alone = query({ args: { id: defineRef('things') }, handler: async (ctx, { id }) => ctx.db.get('others', id) });\n",
  ],
];

const help: readonly (readonly string[])[] = [
  [
    "export const help = () => 1;\n",
    "export const help = () => [1];\n",
    'import { first } from "../functions/a";\nexport const help = () => ({} as typeof first["~result"]);\n',
  ],
];

const files = [
  ["convoy/functions/a.ts", moduleA],
  ["convoy/functions/b.ts", moduleB],
  ["convoy/lib/help.ts", help],
] as const;

/** Which of its forms every statement of every file has. */
type Forms = Readonly<Record<string, readonly number[]>>;

const start: fc.Arbitrary<Forms> = fc.record(
  Object.fromEntries(
    files.map(([file, statements]) => [
      file,
      fc.tuple(...statements.map((all) => fc.nat(all.length - 1))),
    ]),
  ),
);

interface Edit {
  readonly file: string;
  readonly statement: number;
  readonly form: number;
}

const edit: fc.Arbitrary<Edit> = fc.oneof(
  ...files.flatMap(([file, statements]) =>
    statements.flatMap((forms, statement) =>
      forms.length < 2
        ? []
        : fc.record({
            file: fc.constant(file),
            statement: fc.constant(statement),
            form: fc.nat(forms.length - 1),
          }),
    ),
  ),
);

/** Chains of edits, each of which concerns something that another one would leave alone. */
const a = "convoy/functions/a.ts";
const b = "convoy/functions/b.ts";
const lib = "convoy/lib/help.ts";
const examples: [Forms, Edit[][]][] = [
  [
    { [a]: [0, 0, 1, 0, 0, 1, 1, 0, 2, 1], [b]: [0, 0, 1, 2, 1], [lib]: [0] },
    [
      [{ file: a, statement: 3, form: 1 }], // what two functions come down to
      [{ file: a, statement: 0, form: 1 }], // everything moves
      [{ file: a, statement: 2, form: 2 }], // a recursive type
      [{ file: a, statement: 9, form: 2 }], // a call through the api, of the same module
      [{ file: a, statement: 6, form: 2 }], // a comment, and what a destructured api says
      [{ file: a, statement: 8, form: 0 }], // the wrong id
      [{ file: a, statement: 5, form: 2 }], // not the wrong id
      [{ file: a, statement: 8, form: 1 }], // the right id
    ],
  ],
  [
    { [a]: [0, 1, 0, 0, 0, 0, 1, 3, 0, 3], [b]: [0, 0, 0, 1, 1], [lib]: [0] },
    [
      [{ file: lib, statement: 0, form: 1 }], // what a function of another file returns
      [{ file: lib, statement: 0, form: 2 }], // files that import each other
      [{ file: a, statement: 6, form: 2 }],
      [{ file: a, statement: 3, form: 2 }], // a variable
      [{ file: a, statement: 4, form: 2 }], // that a statement before its use gives a value
      [{ file: b, statement: 4, form: 0 }], // a function goes
    ],
  ],
];

function textOf(statements: readonly (readonly string[])[], forms: readonly number[]): string {
  return statements.map((statement, i) => statement[forms[i] ?? 0] ?? "").join("");
}

async function write(project: TempProject, forms: Forms, changed: ReadonlySet<string>) {
  for (const [file, statements] of files) {
    if (changed.has(file)) await project.write(file, textOf(statements, forms[file] ?? []));
  }
}

test("reading again only what an edit concerns gives what reading everything gives", async () => {
  await fc.assert(
    fc.asyncProperty(
      start,
      fc.array(fc.array(edit, { minLength: 1, maxLength: 2 }), { minLength: 2, maxLength: 5 }),
      async (first, edits) => {
        await using project = await tempProject("quickstart", {
          without: ["convoy/functions", "convoy/_generated"],
          files: {
            "convoy/schema.ts": `import { defineSchema, defineTable } from "convoy";
import { z } from "zod";
const table = defineTable({ name: z.string() });
export default defineSchema({ things: table, others: table });
`,
          },
        });
        const forms: Record<string, readonly number[]> = { ...first };
        await write(project, forms, new Set(files.map(([file]) => file)));
        const session = openSession(project.root);
        session.analyse();
        for (const together of edits) {
          for (const { file, statement, form } of together) {
            forms[file] = (forms[file] ?? []).with(statement, form);
          }
          const changed = new Set(together.map(({ file }) => file));
          await write(project, forms, changed);
          session.invalidate([...changed].map((file) => `${project.root}/${file}`));
          const again = session.analyse();
          const fresh = openSession(project.root).analyse();
          expect(again.facts).toEqual(fresh.facts);
          expect(again.diagnostics).toEqual(fresh.diagnostics);
          expect(again.files).toEqual(fresh.files);
          expect(again.bugs).toEqual([]);
        }
      },
    ),
    { numRuns: 12, examples },
  );
}, 180_000);
