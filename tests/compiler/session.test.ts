import path from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { openSession } from "../support/analyse.js";
import { type TempProject, tempProject } from "../support/temp-project.js";

/** The folder of the project in its repository. */
const app = "packages/app";
const tsconfig = JSON.stringify({
  compilerOptions: { strict: true, module: "esnext", moduleResolution: "bundler" },
  include: ["convoy", "src"],
});

/** The parts of a small project that an edit can change. */
interface Source {
  readonly tableField: "z.string()" | "z.number()" | "z.string().optional()" | "z.map()";
  readonly index: boolean;
  readonly helper: "text" | "number" | "object";
  /** What a file of another package says. */
  readonly shared: "text" | "number";
  /** What a file outside `convoy/` declares for all, and a declaration file. */
  readonly global: "string" | "number" | null;
  readonly ambient: "string" | "number" | null;
  /** Whether a file is there that another one imports. */
  readonly hasLate: boolean;
  readonly base: "helper" | "literal" | "document" | "broken";
  readonly hasMiddle: boolean;
  readonly comment: number;
}

const fields = {
  tableField: fc.constantFrom("z.string()", "z.number()", "z.string().optional()", "z.map()"),
  index: fc.boolean(),
  helper: fc.constantFrom("text", "number", "object"),
  shared: fc.constantFrom("text", "number"),
  global: fc.constantFrom("string", "number", null),
  ambient: fc.constantFrom("string", "number", null),
  hasLate: fc.boolean(),
  base: fc.constantFrom("helper", "literal", "document", "broken"),
  hasMiddle: fc.boolean(),
  comment: fc.nat(3),
} as const;

const edit: fc.Arbitrary<Partial<Source>> = fc.oneof(
  ...Object.entries(fields).map(([name, values]) =>
    (values as fc.Arbitrary<unknown>).map((value) => ({ [name]: value })),
  ),
);

const server = 'import { query } from "../_generated/server";\n';
const apiImport = 'import { api } from "../_generated/api";\n';
const helpers = { text: '"text"', number: "1", object: "{ inner: [true] }" };
const bases = {
  helper: "help()",
  literal: '"one" as const',
  document: 'ctx.db.query("things").first()',
  broken: "(",
};

function filesOf(source: Source): Readonly<Record<string, string | null>> {
  const index = source.index ? '.index("by_a", ["a"])' : "";
  return {
    "convoy/schema.ts": `import { defineSchema, defineTable } from "convoy";
import { z } from "zod";
export default defineSchema({ things: defineTable({ a: ${source.tableField} })${index} });
`,
    "convoy/lib/help.ts": `export const help = () => (${helpers[source.helper]});\n`,
    "../shared/share.ts": `export const share = () => (${helpers[source.shared]});\n`,
    "src/global.ts":
      source.global && `declare global {\n  type Global = ${source.global};\n}\nexport {};\n`,
    "src/late.ts": source.hasLate ? "export const late = () => 1n;\n" : null,
    "src/ambient.d.ts": source.ambient && `type Ambient = ${source.ambient};\n`,
    "convoy/functions/base.ts": `${server}import { help } from "../lib/help";
${"// moved\n".repeat(source.comment)}export const read = query({ handler: async (ctx) => ${bases[source.base]} });
export const helped = query({ handler: async () => [help()] });
`,
    "convoy/functions/middle.ts": source.hasMiddle
      ? `${server}${apiImport}export const read = query({ handler: async (ctx) => ({ base: await ctx.runQuery(api.base.read) }) });\n`
      : null,
    "convoy/functions/top.ts": `${server}${apiImport}export const read = query({ handler: async (ctx) => [await ctx.runQuery(api.middle.read)] });
export const alone = query({ handler: async () => 1 });
`,
    "convoy/functions/around.ts": `${server}import { share } from "../../../shared/share";
import { late } from "../../src/late";
export const read = query({ handler: async () => [share(), late(), {} as { all: Global; ambient: Ambient }] });
`,
  };
}

async function apply(
  project: TempProject,
  before: Source | null,
  after: Source,
): Promise<string[]> {
  const old = before ? filesOf(before) : {};
  const changed: string[] = [];
  for (const [file, text] of Object.entries(filesOf(after))) {
    if (old[file] === text) continue;
    const inFolder = path.posix.join(app, file);
    if (text === null) await project.remove(inFolder);
    else await project.write(inFolder, text);
    changed.push(path.posix.join(project.root, inFolder));
  }
  return changed;
}

test("what a session says after edits is what a new one would say", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(edit, { minLength: 2, maxLength: 4 }), async (edits) => {
      await using project = await tempProject("quickstart", {
        without: ["convoy", "src"],
        files: { [`${app}/tsconfig.json`]: tsconfig },
      });
      const root = `${project.root}/${app}`;
      let source: Source = {
        tableField: "z.string()",
        index: true,
        helper: "text",
        shared: "text",
        global: null,
        ambient: null,
        hasLate: false,
        base: "helper",
        hasMiddle: true,
        comment: 0,
      };
      await apply(project, null, source);
      const session = openSession(root);
      session.analyse();
      for (const change of edits) {
        const next = { ...source, ...change };
        session.invalidate(await apply(project, source, next));
        source = next;
        const again = session.analyse();
        const fresh = openSession(root).analyse();
        expect(again.diagnostics).toEqual(fresh.diagnostics);
        expect(again.facts).toEqual(fresh.facts);
        expect(again.files).toEqual(fresh.files);
      }
    }),
    { numRuns: 10 },
  );
}, 180_000);

test("a value and a type of one name move each by itself", async () => {
  const file = "convoy/functions/typed.ts";
  const value = `${server}export const shape = query({ handler: async () => 1 });\n`;
  const type = 'export type shape = "type";\n';
  await using project = await tempProject("quickstart", { files: { [file]: value + type } });
  const session = openSession(project.root);
  session.analyse();
  await project.write(file, `${value}const between = 1;\n${type}`);
  session.invalidate([path.posix.join(project.root, file)]);
  expect(session.analyse().facts).toEqual(openSession(project.root).analyse().facts);
});

test("a tsconfig that came where there was none is read", async () => {
  const paths = (folder: string) =>
    JSON.stringify({
      compilerOptions: { strict: true, module: "esnext", paths: { "@/*": [folder] } },
    });
  await using project = await tempProject("quickstart", {
    without: ["convoy", "src", "tsconfig.json"],
    files: {
      "convoy/schema.ts":
        'import { defineSchema } from "convoy";\nexport default defineSchema({});\n',
      "convoy/functions/one.ts": `${server}import { value } from "@/value";
export const read = query({ handler: async () => value() });
`,
      "one/value.ts": "export const value = () => 1n;\n",
      "two/value.ts": "export const value = () => true;\n",
    },
  });
  const session = openSession(project.root);
  const resultAfter = async (file: string, text: string) => {
    await project.write(file, text);
    session.invalidate([`${project.root}/${file}`]);
    return session.analyse().facts?.modules[0]?.functions[0]?.result.kind;
  };
  session.analyse();
  expect(await resultAfter("tsconfig.json", paths("./one/*"))).toBe("bigint");
  expect(await resultAfter("convoy/tsconfig.json", paths("../two/*"))).toBe("boolean");
});

test("a schema finds the module of functions that it lacked", async () => {
  const shared = "convoy/functions/shared.ts";
  await using project = await tempProject("quickstart", {
    without: ["convoy", "src"],
    files: {
      "convoy/schema.ts": `import { defineSchema, defineTable } from "convoy";
import { shape } from "./functions/shared";
export default defineSchema({ things: defineTable(shape) });
`,
    },
  });
  const session = openSession(project.root);
  expect(session.analyse().facts).toBeNull();
  await project.write(
    shared,
    'import { z } from "zod";\nexport const shape = { name: z.string() };\n',
  );
  session.invalidate([`${project.root}/${shared}`]);
  const [things] = session.analyse().facts?.schema.tables ?? [];
  expect(things?.fields.map(({ name }) => name)).toEqual(["name"]);
});

test("declarations that are no part of the project have nothing read again", async () => {
  await using project = await tempProject("quickstart");
  const session = openSession(project.root);
  const before = session.analyse().facts?.modules;
  await project.write("dist/built.d.ts", "type Built = 1;\n");
  session.invalidate([`${project.root}/dist/built.d.ts`]);
  const after = session.analyse().facts?.modules;
  expect(after).toHaveLength(before?.length ?? 0);
  for (const [index, module] of after?.entries() ?? []) expect(module).toBe(before?.[index]);
});

test("a client's file has nothing read again for what it declares for all, until that is needed", async () => {
  const client = (declared: string) =>
    `declare global {\n  type ${declared};\n}\nexport const page = ${declared.length};\n`;
  await using project = await tempProject("quickstart", {
    without: ["convoy/functions", "src"],
    files: {
      "convoy/functions/one.ts": `${server}export const read = query({ handler: async () => ({} as Needed) });\n`,
      "convoy/functions/two.ts": `${server}export const read = query({ handler: async () => 1 });\n`,
      "src/page.ts": client("Unneeded = 1"),
    },
  });
  const session = openSession(project.root);
  const before = session.analyse().facts?.modules[1];
  const modulesAfter = async (declared: string) => {
    await project.write("src/page.ts", client(declared));
    session.invalidate([`${project.root}/src/page.ts`]);
    return session.analyse().facts?.modules;
  };
  expect((await modulesAfter("Unneeded = 22"))?.[1]).toBe(before);
  const result = async (declared: string) =>
    (await modulesAfter(declared))?.[0]?.functions[0]?.result;
  expect(await result("Needed = 1")).toEqual({ kind: "literal", value: 1 });
  expect(await result("Needed = 2")).toEqual({ kind: "literal", value: 2 });
  expect(await result("Unneeded = 2")).toEqual({ kind: "any" });
});
