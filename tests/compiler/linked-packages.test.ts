/** Packages of a monorepo, which change while a session is open. */
import { symlink } from "node:fs/promises";
import { expect, test } from "vitest";
import type { Session } from "../../compiler/index.js";
import { openSession } from "../support/analyse.js";
import { type TempProject, tempProject } from "../support/temp-project.js";

const json = (value: object): string => JSON.stringify(value, null, 2);
const exported = { "./one": "./src/one.ts" };

/** `packages/app` uses two modules of the package `shared`; the second one is not there yet. */
const files = {
  "packages/app/tsconfig.json": json({
    compilerOptions: { strict: true, module: "esnext", moduleResolution: "bundler" },
    include: ["convoy"],
  }),
  "packages/app/convoy/schema.ts":
    'import { defineSchema } from "convoy";\nexport default defineSchema({});\n',
  "packages/app/convoy/functions/one.ts": `import { query } from "../_generated/server";
import { one } from "@my/shared/one";
import { two } from "@my/shared/two";
export const readOne = query({ handler: async () => one() });
export const readTwo = query({ handler: async () => two() });
`,
  "packages/shared/package.json": json({ name: "@my/shared", exports: exported }),
  "packages/shared/src/one.ts": "export const one = () => 1n;\n",
  "packages/shared/src/other.ts": "export const one = () => true;\n",
};

async function workspace(more: Readonly<Record<string, string>> = {}): Promise<TempProject> {
  const project = await tempProject("quickstart", {
    without: ["convoy", "src"],
    files: { ...files, ...more, "node_modules/@my/.keep": "" },
  });
  const link = `${project.root}/node_modules/@my/shared`;
  await symlink(`${project.root}/packages/shared`, link, "junction");
  return project;
}

function resultsOf(session: Session): readonly (string | undefined)[] {
  return (session.analyse().facts?.modules[0]?.functions ?? []).map(({ result }) => result.kind);
}

test("a module of a linked package that comes later is followed", async () => {
  await using project = await workspace({
    "packages/shared/package.json": json({ name: "@my/shared", exports: { "./*": "./src/*.ts" } }),
  });
  const session = openSession(`${project.root}/packages/app`);
  expect(resultsOf(session)).toEqual(["bigint", "any"]);
  const shared = `${project.root}/packages/shared`;
  expect(session.watchedPaths()).toContain(`${shared}/**/*.ts`);
  await project.write("packages/shared/src/two.ts", 'export const two = () => "text";\n');
  expect(session.changedOnDisk()).toEqual([`${shared}/src/two.ts`]);
  session.invalidate([`${shared}/src/two.ts`]);
  expect(resultsOf(session)).toEqual(["bigint", "string"]);
  expect(session.watchedPaths()).not.toContain(`${shared}/**/*.ts`);
});

test("what a linked package exports is followed", async () => {
  await using project = await workspace({
    "packages/shared/src/two.ts": 'export const two = () => "text";\n',
  });
  const session = openSession(`${project.root}/packages/app`);
  expect(resultsOf(session)).toEqual(["bigint", "any"]);
  const resultsAfter = async (exports: object) => {
    const file = "packages/shared/package.json";
    expect(session.watchedPaths()).toContain(`${project.root}/${file}`);
    await project.write(file, json({ name: "@my/shared", exports }));
    session.invalidate([`${project.root}/${file}`]);
    return resultsOf(session);
  };
  const two = { "./two": "./src/two.ts" };
  expect(await resultsAfter({ ...exported, ...two })).toEqual(["bigint", "string"]);
  expect(await resultsAfter({ "./one": "./src/other.ts", ...two })).toEqual(["boolean", "string"]);
  expect(await resultsAfter(two)).toEqual(["any", "string"]);
});
