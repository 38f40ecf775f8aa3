/** Files that a project uses although they are not in its `convoy/`: of a monorepo, of its own `src/`. */
import path from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { writeGenerated } from "../../compiler/index.js";
import { analyse } from "../support/analyse.js";
import { type TempProject, tempProject } from "../support/temp-project.js";
import { type EditedProject, Editor } from "./editor.js";
import { moduleOf, tsconfig } from "./project.js";

const file = "convoy/functions/scratch.ts";
const schemaFile = "convoy/schema.ts";
const helpFile = "../shared/help.ts";
const tablesFile = "../shared/tables.ts";

const help = "export const help = () => 1;\n";
const tables = `import { defineTable } from "convoy";
import { z } from "zod";
export const users = defineTable({ name: z.string(), total: z.number() }).index("by_name", [
  "name",
]);
`;
const files = {
  [file]: `import { query } from "../_generated/server";
import { help } from "../../../shared/help";
export const one = query({ args: {}, handler: async () => help() });
`,
  [schemaFile]: `import { defineSchema } from "convoy";
import { users } from "../../shared/tables";
export default defineSchema({ users });
`,
  [helpFile]: help,
  [tablesFile]: tables,
  "src/money.ts": "declare global {\n  type Money = number;\n}\nexport {};\n",
  "src/script.ts": "type Scripted = number;\n",
};

let monorepo: TempProject;
let editor: Editor;
let project: EditedProject;
beforeAll(async () => {
  const { compilerOptions } = JSON.parse(tsconfig) as { compilerOptions: object };
  const config = { compilerOptions, include: ["convoy", "src"] };
  const all = { "tsconfig.json": JSON.stringify(config), ...files };
  monorepo = await tempProject("quickstart", {
    without: ["convoy"],
    files: Object.fromEntries(
      Object.entries(all).map(([name, text]) => [path.posix.join("packages/app", name), text]),
    ),
  });
  const root = path.join(monorepo.root, "packages/app");
  writeGenerated(analyse(root).files ?? new Map());
  editor = new Editor("typescript");
  project = editor.project({ root });
});
afterEach(() => editor.closeAll());
afterAll(async () => {
  await editor[Symbol.asyncDispose]();
  await monorepo[Symbol.asyncDispose]();
});

const codes = async (name: string) =>
  (await project.findings(name)).map((text) => text.slice(0, 6));

test("an edit of a helper beside the project is seen in the functions that use it", async () => {
  await project.type(file, files[file]);
  expect(await codes(file)).toEqual([]);
  await project.type(helpFile, help.replace("1", "new Map([[1, 2]])"));
  expect(await codes(file)).toEqual(["CV2012"]);
  await project.type(helpFile, help);
  expect(await codes(file)).toEqual([]);
});

test("an edit of tables beside the project is seen in the schema and in functions", async () => {
  const use = (index: string) =>
    moduleOf(`return ctx.db.query("users").withIndex("${index}").take(1);`);
  await project.type(schemaFile, files[schemaFile]);
  await project.type(file, use("by_name"));
  expect(await codes(file)).toEqual([]);
  await project.type(tablesFile, tables.replace("by_name", "by_nam"));
  expect(await codes(file)).toEqual(["CV2002"]);
  expect(await project.completions(file, use("‸"))).toEqual(["by_nam"]);
  await project.type(tablesFile, tables.replace('"name",', '"nam",'));
  expect(await codes(schemaFile)).toEqual(["CV1005"]);
  await project.type(tablesFile, tables);
  expect(await codes(schemaFile)).toEqual([]);
});

test.for([
  ["src/money.ts", "Money"],
  ["src/script.ts", "Scripted"],
] as const)("an edit of a global type in %s is seen wherever it is used", async ([name, type]) => {
  const used = tables.replace("z.number()", `z.custom<${type}>()`);
  const global = files[name];
  await project.type(tablesFile, used);
  await project.type(schemaFile, files[schemaFile]);
  await project.type(file, moduleOf(`return 1 as unknown as { at: ${type} };`));
  expect(await codes(file)).toEqual([]);
  await project.type(name, global.replace("number", "Map<string, number>"));
  expect(await codes(schemaFile)).toEqual(["CV1010"]);
  await project.type(tablesFile, tables);
  expect(await codes(file)).toEqual(["CV2012"]);
  await project.type(name, global);
  expect(await codes(file)).toEqual([]);
});
