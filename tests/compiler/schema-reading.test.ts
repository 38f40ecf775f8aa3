import { describe, expect, test } from "vitest";
import type { TableFacts } from "../../compiler/model/facts.js";
import { analyse, briefly, generatedFiles } from "../support/analyse.js";
import { schemaProject } from "../support/schema-project.js";
import { tempProject } from "../support/temp-project.js";

async function tableOf(
  ...args: Parameters<typeof schemaProject>
): Promise<{ table: TableFacts; dataModel: string }> {
  await using project = await schemaProject(...args);
  const analysis = analyse(project.root);
  const table = analysis.facts?.schema.tables.find(({ name }) => name === "things");
  if (!table) throw new Error(briefly(analysis.diagnostics).join("\n"));
  return { table, dataModel: generatedFiles(analysis)["dataModel.ts"] ?? "" };
}

describe("what types cannot say is read from the syntax", () => {
  test("constants, imported shapes and helpers of fields are followed", async () => {
    const { table } = await tableOf(
      `users: defineTable({ name: z.string() }),
       things: defineTable({ ...timestamps, count, ownerId: owner(), kind: z.enum(kinds) })
         .index(BY_OWNER, ["ownerId", "createdAt"])
         .promote(PROMOTED),`,
      {
        before: `import { BY_OWNER, kinds, timestamps } from "./shared";
const count = z.number().int().default(0);
const owner = () => defineRef("users", { onDelete: "cascade" }).optional();
const PROMOTED = ["count"] as const;
`,
        files: {
          "convoy/shared.ts": `import { z } from "zod";
export const timestamps = { createdAt: z.number() };
export const kinds = ["big", "small"] as const;
export const BY_OWNER = "by_owner";
`,
        },
      },
    );
    expect(
      table.fields.map(({ name, integer, hasDefault, optional, ref }) => ({
        name,
        integer,
        hasDefault,
        optional,
        ref,
      })),
    ).toEqual([
      { name: "count", integer: true, hasDefault: true, optional: false, ref: null },
      {
        name: "ownerId",
        integer: false,
        hasDefault: false,
        optional: true,
        ref: { table: "users", onDelete: "cascade" },
      },
      { name: "kind", integer: false, hasDefault: false, optional: false, ref: null },
      // Fields come in the order of the files that they are written in.
      { name: "createdAt", integer: false, hasDefault: false, optional: false, ref: null },
    ]);
    expect(table.indexes).toMatchObject([
      { name: "by_owner", fields: ["ownerId", "createdAt"], unique: false },
    ]);
    expect(table.promoted.map(({ field }) => field)).toEqual(["count"]);
    expect(table.fields.at(-1)?.span.file).toBe("convoy/shared.ts");
  });

  test("a helper that makes a whole table may add fields and indexes", async () => {
    const { table } = await tableOf(
      `things: audited({ name: z.string() }).unique("by_name", ["name"]).relational(),`,
      {
        before: `const audited = <Shape extends z.core.$ZodShape>(shape: Shape) =>
  defineTable({ ...shape, changedAt: z.number() }).index("by_change", ["changedAt"]);
`,
      },
    );
    expect(table.indexes).toMatchObject([
      { name: "by_change", fields: ["changedAt"], unique: false },
      { name: "by_name", fields: ["name"], unique: true },
    ]);
    expect(table.relational).toBe(true);
    expect(table.promoted.map(({ field }) => field)).toEqual(["changedAt", "name"]);
  });

  test("a schema under the name `schema` is read, and imported by that name", async () => {
    await using project = await tempProject("quickstart", {
      without: ["convoy/functions", "convoy/_generated"],
      files: {
        "convoy/schema.ts": `import { defineSchema, defineTable } from "convoy";
import { z } from "zod";
export const schema = defineSchema({ things: defineTable({ name: z.string() }) });
export default schema;
`,
      },
    });
    const both = analyse(project.root);
    expect(both.diagnostics).toEqual([]);
    await project.write(
      "convoy/schema.ts",
      (await project.read("convoy/schema.ts")).replace("export default schema;\n", ""),
    );
    const named = generatedFiles(analyse(project.root));
    expect(named["functions.ts"]).toContain('import { schema } from "../schema.js";');
  });
});

test("every type that can be stored is printed as what it is", async () => {
  const { table, dataModel } = await tableOf(
    `things: defineTable({
      text: z.string(), number: z.number(), flag: z.boolean(), nothing: z.null(),
      big: z.bigint(), date: z.date(), bytes: z.instanceof(Uint8Array),
      list: z.array(z.object({ x: z.number().optional() })), pair: z.tuple([z.string(), z.number()]),
      record: z.record(z.string(), z.number()), one: z.literal("one"), two: z.literal([2, 3]),
      either: z.union([z.string(), z.number()]), maybe: z.string().nullable(),
      any: z.any(), unknown: z.unknown(), self: defineRef("things").nullish(),
      email: z.email(), whole: z.int(), template: z.templateLiteral(["v", z.number()]),
      tree, preset: z.string().default("x"),
    }),`,
    {
      before: `const tree = z.object({ name: z.string(), get children() { return z.array(tree); } });
`,
    },
  );
  expect(table.fields.every(({ type }) => type.kind !== "unsupported")).toBe(true);
  const document = /export interface ThingsDocument \{([^}]|\}[^\n])*\n\}/.exec(dataModel)?.[0];
  expect(document).toBe(`export interface ThingsDocument {
  _id: Id<"things">;
  _creationTime: number;
  text: string;
  number: number;
  flag: boolean;
  nothing: null;
  big: bigint;
  date: Date;
  bytes: Uint8Array;
  list: { x?: number }[];
  pair: [string, number];
  record: Record<string, number>;
  one: "one";
  two: 2 | 3;
  either: string | number;
  maybe: string | null;
  any: any;
  unknown: unknown;
  self?: Id<"things"> | null;
  email: string;
  whole: number;
  template: \`v\${number}\`;
  tree: Recursive;
  preset: string;
}`);
  expect(dataModel).toContain("export type Recursive = { name: string; children: Recursive[] };");
  expect(dataModel).toContain("preset?: string | undefined;");
});

describe("what cannot be read says so, where it stands", () => {
  test.each([
    [
      "a computed name",
      "[name]: defineTable({ a: z.string() }),",
      "const name: string = String(1);\n",
    ],
    [
      "a spread of unknown tables",
      "...more,",
      "declare const more: Record<string, ReturnType<typeof defineTable>>;\n",
    ],
    ["something that is no table", "things: z.object({ a: z.string() }),", ""],
    [
      "a shape of unknown fields",
      "things: defineTable(shape),",
      "declare const shape: Record<string, z.ZodString>;\n",
    ],
    [
      "an index name that is computed",
      'things: defineTable({ a: z.string() }).index(name, ["a"]),',
      "const name: string = String(1);\n",
    ],
    [
      "index fields that are computed",
      'things: defineTable({ a: z.string() }).index("by_a", names),',
      "declare const names: 'a'[];\n",
    ],
    [
      "options of a ref that are computed",
      'things: defineTable({ a: defineRef("things", options) }),',
      'declare const options: { onDelete: "cascade" };\n',
    ],
    [
      "a ref that comes from elsewhere",
      "things: defineTable({ a: ref }),",
      'declare const ref: ReturnType<typeof defineRef<"things">>;\n',
    ],
  ])("%s", async (_what, tables, before) => {
    await using project = await schemaProject(tables, { before });
    const { diagnostics, files } = analyse(project.root);
    expect(files).toBeNull();
    const found = diagnostics.find(({ code }) => code === "CV1003");
    expect(found?.span.file).toBe("convoy/schema.ts");
    expect(found?.span.length).toBeGreaterThan(0);
    expect(found?.message).toMatch(/Write|Pass/);
  });
});
