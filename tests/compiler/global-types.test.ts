/** Types that a file outside `convoy/` declares for all of a program, without being imported. */
import { expect, test } from "vitest";
import { analyse, generatedFiles } from "../support/analyse.js";
import { tempProject } from "../support/temp-project.js";

const schema = (type: string): string => `import { defineSchema, defineTable } from "convoy";
import { z } from "zod";
export default defineSchema({ users: defineTable({ paid: z.custom<${type}>() }) });
`;
const module = (type: string): string => `import { query } from "../_generated/server";
export const one = query({ handler: async () => 1 as unknown as { paid: ${type} } });
`;

const globals: Readonly<Record<string, string>> = {
  "src/money.ts": `import type { Currency } from "./currency";
declare global {
  interface Money { amount: number; currency: Currency }
  namespace Shop { type Price = number }
  var rate: number;
}
export {};
`,
  "src/array.ts": "declare global {\n  interface Array<T> {\n    most(): T;\n  }\n}\nexport {};\n",
  "src/currency.ts": 'export type Currency = "EUR" | "USD";\n',
  "src/script.ts": "type Scripted = { text: string };\n",
  "src/chain.ts": "declare global {\n  type Chained = Scripted[];\n}\nexport {};\n",
  "src/client.ts": 'import { gone } from "./gone";\ndeclare global {\n  type Elsewhere = 1;\n}\n',
};

async function project(type: string) {
  return await tempProject("quickstart", {
    without: ["convoy/functions", "convoy/_generated", "src"],
    files: {
      "tsconfig.json": JSON.stringify({
        compilerOptions: {
          strict: true,
          target: "es2022",
          module: "esnext",
          moduleResolution: "bundler",
        },
        include: ["convoy", "src"],
      }),
      "convoy/schema.ts": schema(type),
      "convoy/functions/users.ts": module(type),
      ...globals,
    },
  });
}

test.for([
  ["Money", '{ amount: number; currency: "EUR" | "USD" }'],
  ["Shop.Price", "number"],
  ["typeof rate", "number"],
  ["ReturnType<number[]['most']>", "number"],
  ["Scripted", "{ text: string }"],
  ["Chained", "{ text: string }[]"],
] as const)("%s is read as it is declared", async ([type, printed]) => {
  await using shop = await project(type);
  const { facts, diagnostics, files } = analyse(shop.root);
  expect(diagnostics).toEqual([]);
  expect(facts?.modules[0]?.functions[0]?.result).toEqual({
    kind: "object",
    properties: [{ name: "paid", optional: false, type: facts?.schema.tables[0]?.fields[0]?.type }],
  });
  const oneLine = (text = "") => text.replaceAll(/\s+/g, " ");
  expect(
    oneLine(generatedFiles({ facts, diagnostics, files, bugs: [] })["dataModel.ts"]),
  ).toContain(`paid: ${printed}`);
});

test("a module that gets extended outside convoy/ is read with its extension", async () => {
  await using shop = await project("import('../../src/shop').Shop['extra']");
  await shop.write("src/shop.ts", "export interface Shop { name: string }\n");
  await shop.write(
    "src/extend.ts",
    'declare module "./shop" {\n  interface Shop { extra: bigint }\n}\nexport {};\n',
  );
  await shop.write("convoy/schema.ts", schema("import('../src/shop').Shop['extra']"));
  const { facts } = analyse(shop.root);
  expect(facts?.schema.tables[0]?.fields[0]?.type).toEqual({ kind: "bigint" });
});

test.for([
  ["by an alias", "@/shop"],
  ["by the package that another one takes it from", "inner"],
] as const)("a module is read with an extension that names it %s", async ([, name]) => {
  await using shop = await project("import('../src/shop').Shop['extra']");
  await shop.write(
    "tsconfig.json",
    JSON.stringify({
      compilerOptions: {
        strict: true,
        module: "esnext",
        moduleResolution: "bundler",
        paths: { "@/*": ["./src/*"] },
      },
      include: ["convoy", "src"],
    }),
  );
  await shop.write(
    "src/shop.ts",
    name === "inner"
      ? 'export type { Shop } from "outer";\n'
      : "export interface Shop { name: string }\n",
  );
  await shop.write("node_modules/outer/index.d.ts", 'export type { Shop } from "inner";\n');
  await shop.write("node_modules/inner/index.d.ts", "export interface Shop { name: string }\n");
  await shop.write(
    "src/extend.ts",
    `declare module "${name}" {\n  interface Shop { extra: bigint }\n}\nexport {};\n`,
  );
  const { facts } = analyse(shop.root);
  expect(facts?.schema.tables[0]?.fields[0]?.type).toEqual({ kind: "bigint" });
});
