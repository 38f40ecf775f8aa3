import { chmod } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { type TempProject, tempProject } from "../support/temp-project.js";
import { type ConvoyResult, runConvoy } from "./run-convoy.js";
import { runHere } from "./run-here.js";

const functions = "convoy/functions";
const generated = "convoy/_generated";
const imports = `import { defineSchema, defineTable } from "convoy";
import { z } from "zod";
`;

test.each([
  {
    what: "a syntax error in the schema",
    files: {
      "convoy/schema.ts": `${imports}export default defineSchema({ users: defineTable({ );\n`,
    },
    finding: /^convoy\/schema\.ts:3:\d+ - error TS1\d\d\d: /m,
  },
  {
    what: "a syntax error in a function",
    files: { "convoy/functions/users.ts": "export const signIn = mutation({\n" },
    finding: /^convoy\/functions\/users\.ts:2:1 - error TS1005: /m,
  },
  {
    what: "no schema",
    without: ["convoy/schema.ts", functions],
    finding: /^convoy\/schema\.ts:1:1 - error CV1001: .*convoy\/schema\.ts/m,
  },
  {
    what: "no schema, but functions",
    without: ["convoy/schema.ts"],
    finding: /^convoy\/schema\.ts:1:1 - error CV1001: /m,
  },
  {
    what: "an empty schema",
    without: [functions],
    files: { "convoy/schema.ts": "" },
    finding: /^convoy\/schema\.ts:1:1 - error CV1002: /m,
  },
  {
    what: "a schema that is not text",
    without: [functions],
    files: { "convoy/schema.ts": "\u0000\u0001\ufffd PNG \u001b[31m" },
    finding: /^convoy\/schema\.ts:1:\d+ - error TS1490: /m,
  },
  {
    what: "a schema that is exported twice",
    without: [functions],
    files: {
      "convoy/schema.ts": `${imports}const tables = { users: defineTable({ name: z.string() }) };
export default defineSchema(tables);
export const schema = defineSchema(tables);
`,
    },
    finding: /^convoy\/schema\.ts:\d:\d+ - error CV1002: /m,
  },
  {
    what: "two default exports",
    without: [functions],
    files: {
      "convoy/schema.ts": `${imports}const tables = { users: defineTable({ name: z.string() }) };
export default defineSchema(tables);
export default defineSchema(tables);
`,
    },
    finding: /^convoy\/schema\.ts:[45]:\d+ - error CV1002: /m,
  },
  {
    what: "something else as the schema",
    without: [functions],
    files: { "convoy/schema.ts": "export default { users: 1 };\n" },
    finding: /^convoy\/schema\.ts:1:\d+ - error CV1002: /m,
  },
])("$what is a finding at its place; nothing is written", async ({ files, without, finding }) => {
  await using project = await tempProject("quickstart", {
    without: [generated, ...(without ?? [])],
    ...(files && { files }),
  });
  const result = await convoy(project, "codegen");
  expect(result.stdout).toMatch(finding);
  expect(result.stdout).toMatch(/convoy\/_generated was left as it is\.\n$/);
  expect(result.exitCode).toBe(1);
  expectPlain(result);
  await expect(project.read(`${generated}/api.ts`)).rejects.toThrow("ENOENT");
});

test("names that Postgres or JavaScript cannot hold are findings, each at its place", async () => {
  const long = `name_${"x".repeat(60)}`;
  const umlauts = "ü".repeat(32);
  await using project = await tempProject("quickstart", {
    without: [functions, generated],
    files: {
      "convoy/schema.ts": `${imports}
export default defineSchema({
  "te\\"am": defineTable({ name: z.string() }),
  "таблица": defineTable({ name: z.string() }),
  ${long}: defineTable({ name: z.string() }),
  users: defineTable({
    ["__proto__"]: z.string(),
    "quo\\"te": z.string(),
    "it's": z.string(),
    ${umlauts}: z.string(),
    _secret: z.string(),
    größe: z.number(),
    "with space": z.number(),
    "": z.number(),
  }),
  constructor: defineTable({ name: z.string() }),
});
`,
    },
  });
  const result = await convoy(project, "check");
  const lines = [...result.stdout.matchAll(/^convoy\/schema\.ts:(\d+):\d+ - error CV1009: /gm)];
  expect(lines.map(([, line]) => Number(line))).toEqual([5, 6, 7, 9, 10, 11, 12, 13, 16, 18]);
  expect(result.exitCode).toBe(1);
  expectPlain(result);
});

test("a table of 500 fields, with letters of any script, generates", async () => {
  const fields = Array.from({ length: 500 }, (_, at) => `    größe${at}: z.string().optional(),`);
  await using project = await tempProject("quickstart", {
    without: [functions, generated],
    files: {
      "convoy/schema.ts": `${imports}
export default defineSchema({
  wide: defineTable({
${fields.join("\n")}
  }),
});
`,
    },
  });
  const result = await convoy(project, "codegen");
  expect(result.stdout).toMatch(/^Wrote /);
  expect(result.exitCode).toBe(0);
  expect(await project.read(`${generated}/dataModel.ts`)).toContain("größe499?: string");
  expectPlain(result);
});

test("modules that cannot be run, for what they throw or import, generate all the same", async () => {
  await using project = await tempProject("quickstart", { without: [generated] });
  await project.write(
    "convoy/schema.ts",
    `${await project.read("convoy/schema.ts")}\nthrow new Error("The schema was run.");\n`,
  );
  await project.write(
    "convoy/functions/native.ts",
    `// @ts-expect-error -- it is not installed
import { resize } from "a-native-package-that-is-missing";
import { z } from "zod";
import { action } from "../_generated/server";

process.exit(3);

export const thumbnail = action({
  args: { url: z.string() },
  returns: z.string(),
  handler: async (_ctx, { url }) => resize(url),
});
`,
  );
  const result = await convoy(project, "codegen");
  expect(result.stdout).toMatch(/^Wrote /);
  expect(result.exitCode).toBe(0);
  expect(await project.read(`${generated}/apiTypes.d.ts`)).toContain("thumbnail");
  expectPlain(result);
});

test.each([
  { what: "no such folder", root: "nowhere", code: "CV0001", says: /nowhere does not exist/ },
  { what: "a file", root: "convoy/schema.ts", code: "CV0001", says: /schema\.ts is a file/ },
  { what: "a folder without convoy", root: "convoy", code: "CV0003", says: /no convoy\/ folder/ },
])("--root that names $what is refused, with what to pass instead", async (wrong) => {
  await using project = await tempProject("quickstart");
  for (const command of ["codegen", "check"]) {
    const result = await convoy(project, command, "--root", wrong.root);
    expectFailure(result, wrong.code, wrong.says);
    expect(result.stderr).toContain("--root");
  }
});

test("an empty folder is refused, with what to create", async () => {
  await using project = await tempProject("quickstart", { without: ["convoy", "tsconfig.json"] });
  expectFailure(await convoy(project, "codegen"), "CV0003", /Create convoy\/schema\.ts/);
});

test("a file called convoy is not taken for the folder", async () => {
  await using project = await tempProject("quickstart", { without: ["convoy"] });
  await project.write("convoy", "not a folder\n");
  expectFailure(await convoy(project, "check"), "CV0003", /convoy/);
});

test("a file where the generated code should be is named, and left alone", async () => {
  await using project = await tempProject("quickstart", { without: [generated] });
  await project.write(generated, "not a folder\n");
  const written = await convoy(project, "codegen");
  expectFailure(
    written,
    "CV0011",
    /_generated.* a file is where a folder should be\. Move it away/,
  );
  const checked = await convoy(project, "codegen", "--check");
  expect(checked.exitCode).not.toBe(0);
  expectPlain(checked);
  expect(await project.read(generated)).toBe("not a folder\n");
});

test("a folder where a generated file should be is named, and left alone", async () => {
  await using project = await tempProject("quickstart", { without: [`${generated}/api.ts`] });
  await project.write(`${generated}/api.ts/keep.txt`, "keep\n");
  const result = await convoy(project, "codegen");
  expectFailure(result, "CV0011", /Cannot write .*_generated\/api\.ts: /);
  expect(await project.read(`${generated}/api.ts/keep.txt`)).toBe("keep\n");
});

// Root may write anywhere, and Windows has no such permission for folders.
test.runIf(process.getuid?.() !== 0 && process.platform !== "win32")(
  "a folder that may not be written is named, with what to do",
  async () => {
    await using project = await tempProject("quickstart", { without: [`${generated}/api.ts`] });
    const folder = path.join(project.root, generated);
    await chmod(folder, 0o555);
    try {
      expectFailure(await convoy(project, "codegen"), "CV0011", /permission denied/);
    } finally {
      await chmod(folder, 0o755);
    }
  },
);

test.each([
  { what: "is broken", text: '{ "compilerOptions": { "strict": tru' },
  { what: "is no object", text: "[]" },
  { what: "extends a file that is missing", text: '{ "extends": "./missing.json" }' },
  { what: "extends itself", text: '{ "extends": "./tsconfig.json" }' },
])("a tsconfig that $what is refused by its name", async ({ text }) => {
  await using project = await tempProject("quickstart", { files: { "tsconfig.json": text } });
  expectFailure(await convoy(project, "check"), "CV0002", /tsconfig\.json/);
});

test("without a tsconfig there are defaults", async () => {
  await using project = await tempProject("quickstart", { without: ["tsconfig.json", generated] });
  const result = await convoy(project, "codegen");
  expect(result.stdout).toMatch(/^Wrote /);
  expect(result.exitCode).toBe(0);
});

test("a bug shows a short message, and its stack only for CONVOY_DEBUG=1", async () => {
  await using project = await tempProject("quickstart", { without: ["convoy"] });
  // Breaks what the compiler needs, before it is loaded.
  const bug = "data:text/javascript,Object.freeze = () => { throw new TypeError('broken') }";
  const env = { NODE_OPTIONS: `--import=${bug.replaceAll(" ", "%20")}` };
  const quiet = await runConvoy(["check"], { cwd: project.root, env });
  expectFailure(quiet, "CV0000", /TypeError: broken.*CONVOY_DEBUG=1/);
  const loud = await runConvoy(["check"], {
    cwd: project.root,
    env: { ...env, CONVOY_DEBUG: "1" },
  });
  expect(loud.stderr).toMatch(/^ {4}at /m);
});

function convoy(project: TempProject, ...args: string[]): Promise<ConvoyResult> {
  return runHere(args, project.root);
}

/** One paragraph on standard error with a code, and exit code 2. */
function expectFailure(result: ConvoyResult, code: string, says: RegExp): void {
  expect(result.stderr).toMatch(new RegExp(`^error ${code}: .+\n$`));
  expect(result.stderr).toMatch(says);
  expect(result.stdout).toBe("");
  expect(result.exitCode).toBe(2);
  expectPlain(result);
}

/** No stack trace, no path of ours, nothing that drives a terminal. */
function expectPlain({ output }: ConvoyResult): void {
  expect(output).not.toMatch(/^\s+at .*[\d)]$/m);
  expect(output).not.toContain("node:internal");
  expect(output).not.toContain(`${path.sep}dist${path.sep}`);
  expect(output).not.toContain("\u001b");
}
