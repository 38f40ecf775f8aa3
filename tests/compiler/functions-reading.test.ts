import path from "node:path";
import { expect, test } from "vitest";
import { writeGenerated } from "../../compiler/index.js";
import { analyse, briefly, generatedFiles } from "../support/analyse.js";
import { runNode } from "../support/run-node.js";
import { tempProject } from "../support/temp-project.js";
import { typeErrors } from "../support/type-errors.js";
import { fileOfVersion } from "../support/typescript-versions.js";

const server =
  'import { api, internal } from "../_generated/api";\nimport { internalQuery, query } from "../_generated/server";\nimport { z } from "zod";\n';

async function withFunctions(files: Readonly<Record<string, string>>) {
  return tempProject("quickstart", { without: ["convoy/_generated", "convoy/functions"], files });
}

test("functions that call each other in a circle keep their types", async () => {
  await using project = await withFunctions({
    "convoy/functions/a.ts": `${server}
export const one = query({ handler: async (ctx) => ({ two: await ctx.runQuery(api.b.two) }) });
export const three = internalQuery({ handler: async () => 3 });
`,
    "convoy/functions/b.ts": `${server}
export const two = query({ handler: async (ctx) => [await ctx.runQuery(internal.a.three)] });
export const four = query({ handler: async (ctx) => ctx.runQuery(api.a.one) });
`,
  });
  const analysis = analyse(project.root);
  expect(briefly(analysis.diagnostics)).toEqual([]);
  const types = generatedFiles(analysis)["apiTypes.d.ts"];
  expect(types).toContain("{ two: number[] }");
  writeGenerated(analysis.files ?? new Map());
  expect(typeErrors(path.join(project.root, "tsconfig.json"))).toBe("");
});

test("a result that is inferred through itself asks for an annotation, which mends it", async () => {
  const recursive = (annotation: string) => `${server}
export const depth = query({
  args: { n: z.number() },
  handler: async (ctx, { n })${annotation} => (n === 0 ? 0 : 1 + (await ctx.runQuery(api.tree.depth, { n: n - 1 }))),
});
`;
  await using project = await withFunctions({ "convoy/functions/tree.ts": recursive("") });
  const before = analyse(project.root).diagnostics;
  expect(before.map(({ code }) => code)).toContain("CV2015");

  await project.write("convoy/functions/tree.ts", recursive(": Promise<number>"));
  const after = analyse(project.root);
  expect(briefly(after.diagnostics)).toEqual([]);
  expect(generatedFiles(after)["apiTypes.d.ts"]).toContain(
    'depth: FunctionReference<"query", "public", { n: number }, number>;',
  );
});

test("an api on disk that says something else is not believed", async () => {
  await using project = await withFunctions({
    "convoy/functions/a.ts": `${server}
export const one = query({ handler: async (ctx) => ctx.runQuery(api.a.two) });
export const two = query({ handler: async () => "text" });
`,
  });
  const first = analyse(project.root);
  const stale = new Map(
    [...(first.files ?? [])].map(([file, text]) => [file, text.replaceAll("string>", "number>")]),
  );
  writeGenerated(stale);
  expect(generatedFiles(analyse(project.root))).toEqual(generatedFiles(first));
});

test("nothing is evaluated: modules that would throw are read all the same", async () => {
  await using project = await tempProject("quickstart", { without: ["convoy/_generated"] });
  const expected = generatedFiles(analyse(project.root));
  for (const file of ["convoy/schema.ts", "convoy/functions/projects.ts"]) {
    const text = await project.read(file);
    await project.write(file, `${text}\nthrow new Error("evaluated");\n`);
  }
  expect(generatedFiles(analyse(project.root))).toEqual(expected);
});

test("a client's types bring along no zod, no pg and no server code", async () => {
  await using project = await tempProject("quickstart", {
    files: {
      "src/client.ts":
        'import { api } from "../convoy/_generated/api";\nexport const list = api.projects.listProjects;\n',
      "tsconfig.json": JSON.stringify({
        compilerOptions: {
          strict: true,
          module: "esnext",
          moduleResolution: "bundler",
          types: [],
          noEmit: true,
        },
        files: ["src/client.ts"],
      }),
    },
  });
  const tsc = await runNode(fileOfVersion("typescript", "bin/tsc"), [
    "-p",
    project.root,
    "--listFilesOnly",
  ]);
  const files = tsc.stdout.split("\n").filter((file) => !file.includes("/typescript/lib/"));
  expect(files.some((file) => file.endsWith("_generated/apiTypes.d.ts"))).toBe(true);
  expect(
    files.filter((file) =>
      /\/(zod|pg|drizzle-orm|express)\/|\/dist\/runtime\/|\/functions\/|schema\.ts/.test(file),
    ),
  ).toEqual([]);
});

test("a project that emits declarations has its types in api.ts, for others to reference", async () => {
  await using project = await tempProject("quickstart", {
    without: ["convoy/_generated"],
    files: {
      "convoy/tsconfig.json": JSON.stringify({
        compilerOptions: {
          strict: true,
          module: "esnext",
          moduleResolution: "bundler",
          types: [],
          skipLibCheck: true,
          composite: true,
          rootDir: ".",
          outDir: "../out",
        },
        include: ["."],
      }),
      "tsconfig.json": JSON.stringify({
        compilerOptions: {
          strict: true,
          module: "esnext",
          moduleResolution: "bundler",
          types: [],
          noEmit: true,
        },
        files: ["src/client.ts"],
        references: [{ path: "convoy" }],
      }),
      "src/client.ts": `import { api } from "../convoy/_generated/api";
export const wrong: boolean = api.projects.listProjects["~result"];
`,
    },
  });
  const { files } = analyse(project.root);
  writeGenerated(files ?? new Map());
  const tsc = await runNode(fileOfVersion("typescript", "bin/tsc"), ["--build", project.root]);
  expect(tsc.stdout.trim().split("\n")).toEqual([
    expect.stringContaining("Type 'ProjectsDocument[]' is not assignable to type 'boolean'."),
  ]);
});
