/** Packages that a tsconfig refers to: their types come from their sources, as in an editor. */
import { symlink } from "node:fs/promises";
import { expect, test } from "vitest";
import type { Analysis } from "../../compiler/index.js";
import { openSession } from "../support/analyse.js";
import { type TempProject, tempProject } from "../support/temp-project.js";

const options = { strict: true, module: "esnext", moduleResolution: "bundler" };
const json = (value: object): string => JSON.stringify(value, null, 2);
const built = { composite: true, rootDir: "src", outDir: "dist" };

/** `packages/app` uses the package `shared`, and that one the package `base`. */
const files = {
  "packages/app/tsconfig.json": json({
    compilerOptions: options,
    include: ["convoy"],
    references: [{ path: "../shared" }, { path: "../gone" }],
  }),
  "packages/app/convoy/schema.ts":
    'import { defineSchema } from "convoy";\nexport default defineSchema({});\n',
  "packages/app/convoy/functions/one.ts": `import { query } from "../_generated/server";
import { share } from "shared";
export const read = query({ handler: async () => share() });
`,
  "packages/shared/package.json": json({ name: "shared", types: "dist/index.d.ts" }),
  "packages/shared/tsconfig.json": json({
    compilerOptions: { ...options, ...built },
    include: ["src"],
    references: [{ path: "../base/tsconfig.build.json" }],
  }),
  "packages/shared/src/index.ts":
    'import { base } from "base";\nexport const share = () => base();\n',
  "packages/base/package.json": json({ name: "base", types: "dist/index.d.ts" }),
  "packages/base/tsconfig.build.json": json({
    compilerOptions: { ...options, ...built },
    include: ["src"],
  }),
  "packages/base/src/index.ts": "export const base = () => 1n;\n",
};

async function workspace(more: Readonly<Record<string, string>> = {}): Promise<TempProject> {
  const project = await tempProject("quickstart", {
    without: ["convoy", "src"],
    files: { ...files, ...more },
  });
  for (const name of ["shared", "base"]) {
    await symlink(
      `${project.root}/packages/${name}`,
      `${project.root}/node_modules/${name}`,
      "junction",
    );
  }
  return project;
}

function resultOf({ facts }: Analysis): string | undefined {
  return facts?.modules[0]?.functions[0]?.result.kind;
}

test("a package that was not built has the types of its sources", async () => {
  await using project = await workspace();
  expect(resultOf(openSession(`${project.root}/packages/app`).analyse())).toBe("bigint");
});

test("a package whose build is older than its sources has the types of its sources", async () => {
  await using project = await workspace({
    "packages/shared/dist/index.d.ts": "export declare const share: () => boolean;\n",
  });
  expect(resultOf(openSession(`${project.root}/packages/app`).analyse())).toBe("bigint");
});

test("a tsconfig may ask for what was built instead", async () => {
  await using project = await workspace({
    "packages/app/tsconfig.json": json({
      compilerOptions: { ...options, disableSourceOfProjectReferenceRedirect: true },
      include: ["convoy"],
      references: [{ path: "../shared" }],
    }),
    "packages/shared/dist/index.d.ts": "export declare const share: () => boolean;\n",
  });
  expect(resultOf(openSession(`${project.root}/packages/app`).analyse())).toBe("boolean");
});

test("an open session follows the sources and the tsconfigs of the packages", async () => {
  await using project = await workspace({
    "packages/base/src/other.ts": "export const base = () => true;\n",
  });
  const session = openSession(`${project.root}/packages/app`);
  session.analyse();
  const resultAfter = async (file: string, text: string) => {
    const changed = `${project.root}/packages/${file}`;
    expect(session.watchedPaths()).toContain(changed);
    await project.write(`packages/${file}`, text);
    session.invalidate([changed]);
    return resultOf(session.analyse());
  };
  expect(await resultAfter("base/src/index.ts", 'export const base = () => "text";\n')).toBe(
    "string",
  );
  const references = [{ path: "../shared" }, { path: "../gone" }];
  const nobody = json({ files: [], references });
  expect(await resultAfter("gone/tsconfig.json", nobody)).toBe("string");
  // What was `src` is built elsewhere now, and nothing says where `dist` comes from.
  const moved = { ...built, outDir: "out" };
  expect(
    await resultAfter(
      "base/tsconfig.build.json",
      json({ compilerOptions: { ...options, ...moved }, include: ["src"] }),
    ),
  ).toBe("any");
});
