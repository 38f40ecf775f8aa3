import { execFile } from "node:child_process";
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { createBundler } from "../../../cli/dev/bundle.js";

const esm = { "package.json": '{ "type": "module" }' };

/** What `use` makes of the bundle of `functions.ts`: its exports. `null` where it was not bundled. */
async function bundled(
  files: Readonly<Record<string, string>>,
  use: (url: string) => Promise<unknown> = load,
): Promise<unknown> {
  const root = await realpath(await mkdtemp(path.join(os.tmpdir(), "convoy-bundle-")));
  await using bundler = createBundler();
  await using _folder = { [Symbol.asyncDispose]: () => rm(root, { recursive: true }) };
  const all = {
    "app/node_modules/other/package.json": '{ "main": "index.js" }',
    "app/node_modules/other/index.js": 'exports.other = "other";',
    "app/convoy/_generated/functions.ts": 'export * from "../functions/a";',
    ...Object.fromEntries(Object.entries(files).map(([file, text]) => [`app/${file}`, text])),
  };
  for (const [file, text] of Object.entries(all)) {
    const target = path.join(root, file);
    await mkdir(path.dirname(target), { recursive: true });
    await writeFile(target, text);
  }
  const folder = await bundler.bundle(path.join(root, "app/convoy/_generated"));
  if (folder === null) return null;
  return await use(pathToFileURL(path.join(folder, "functions.js")).href);
}

async function load(url: string): Promise<unknown> {
  return { ...((await import(/* @vite-ignore */ url)) as object) };
}

const functions = `import { other } from "other";
import { later } from "../later";
export const a: string = other;
export { later };
class Named {}
export const name: string = Named.name;`;

const later = {
  "convoy/later.ts": 'export const later = async () => (await import("./late")).late;',
  "convoy/late.ts": 'import { later } from "./later"; export const late = [typeof later];',
};

test("modules are one that finds the packages of the project, whatever kind they are", async () => {
  for (const kind of [esm, {}, { "package.json": "{}" }]) {
    const found = await bundled({ "convoy/functions/a.ts": functions, ...later, ...kind });
    expect(found).toMatchObject({ a: "other", name: "Named" });
    expect(await (found as { later(): Promise<unknown> }).later()).toEqual(["function"]);
  }
});

test("an error names the line that a person wrote", async () => {
  const text = `interface Gone { a: 1 }\n\nexport function a() {\n  throw new Error("wrong");\n}\n`;
  const stack = await bundled({ "convoy/functions/a.ts": text }, async (url) => {
    const script = `import(${JSON.stringify(url)}).then(({ a }) => a()).catch(({ stack }) => console.log(stack))`;
    const args = ["--enable-source-maps", "--eval", script];
    return (await promisify(execFile)(process.execPath, args)).stdout;
  });
  expect(stack).toMatch(/convoy[/\\]functions[/\\]a\.ts:4:9/);
});

test("what depends on the file that it is in is not bundled", async () => {
  for (const text of [
    "export const a = import.meta.url;",
    "export const a = (name: string) => import(name);",
    "export const a = typeof __dirname;",
    'export const a = require("other");',
    "export const a = (;",
  ]) {
    expect(await bundled({ "convoy/functions/a.ts": text, ...esm }), text).toBeNull();
  }
  expect(
    await bundled({ "convoy/functions/a.ts": "export const a = import.meta.url;" }),
  ).toBeNull();
});

test("files of other packages, which may have other packages, are not bundled", async () => {
  const text = 'export { b as a } from "../../inner/b";';
  const b = { "inner/b.ts": "export const b = 1;" };
  expect(await bundled({ "convoy/functions/a.ts": text, ...b, ...esm })).toEqual({ a: 1 });
  const own = { ...b, "inner/package.json": "{}" };
  expect(await bundled({ "convoy/functions/a.ts": text, ...own, ...esm })).toBeNull();
  const outside = {
    "convoy/functions/a.ts": 'export { b as a } from "../../../b";',
    "../b.ts": "export const b = 1;",
  };
  expect(await bundled({ ...outside, ...esm })).toBeNull();
});
