import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { syntheticProject } from "./project.js";

const small = { tables: 6, functions: 40 };

test("the same options give the same bytes", () => {
  expect([...syntheticProject(small)]).toEqual([...syntheticProject(small)]);
});

test("the bytes do not change from one release to the next without notice", () => {
  const hash = createHash("sha256");
  for (const [file, text] of syntheticProject(small)) hash.update(`${file}\0${text}\0`);
  expect(hash.digest("hex")).toMatchInlineSnapshot(
    `"43f6bb72c783c072f48f4daec1d42e20f88311ab68ea0b4a819980fd9e7e9016"`,
  );
});

test("another seed gives another project of the same size", () => {
  const [one, two] = [syntheticProject(small), syntheticProject({ ...small, seed: 2 })];
  expect([...two]).not.toEqual([...one]);
  expect(exportsOf(two)).toBe(exportsOf(one));
});

test.each([1, 5, 6, 7, 40])("a project of %i functions has as many", (functions) => {
  expect(exportsOf(syntheticProject({ tables: 3, functions }))).toBe(functions);
});

test("a large project has no two files of one name", () => {
  const files = syntheticProject({ tables: 50, functions: 1000 });
  expect(files.size).toBe(Math.ceil(1000 / 6) + 4);
});

test("the client that calls every function names each of them", () => {
  const files = syntheticProject({ ...small, everyFunctionInClient: true });
  const publicFunctions = [...files]
    .filter(([file]) => file.startsWith("convoy/functions/"))
    .flatMap(([, text]) => [...text.matchAll(/^export const \w+ = (?:query|mutation|action)\(/gm)]);
  const calls = files.get("src/every.ts")?.match(/await call\(api\./g);
  expect(calls).toHaveLength(publicFunctions.length);
});

function exportsOf(files: ReadonlyMap<string, string>): number {
  return [...files]
    .filter(([file]) => file.startsWith("convoy/functions/"))
    .reduce((count, [, text]) => count + (text.match(/^export const /gm)?.length ?? 0), 0);
}
