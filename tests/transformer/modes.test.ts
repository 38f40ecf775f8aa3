import { expect, test } from "vitest";
import { runTspc } from "../support/tspc.js";
import {
  addToyTable,
  functions,
  missingTable,
  toyPlugin,
  toyProject,
  toyTsconfig,
} from "./toy-project.js";

const passes = { exitCode: 0, output: "" };
const faulty = { "convoy/functions/projects.ts": `${functions}// error\n` };
const faultyOutput = "convoy/functions/projects.ts(3,1): error TS991004: CV1004: An error.\n";

/** `emits`: what a failing build still writes. */
const modes = [
  { args: [], emits: true },
  { args: ["--noEmit"], emits: false },
  { args: ["--noEmitOnError"], emits: false },
  { args: ["--incremental"], emits: true },
  { args: ["--incremental", "--noEmit"], emits: false },
  { args: ["--incremental", "--noEmitOnError"], emits: false },
];
const cases = [
  ...modes.map((mode) => ({ version: "typescript" as const, ...mode })),
  ...modes.map((mode) => ({ version: "typescript-5.5" as const, ...mode })),
  // In this, it is like 6.0.
  { version: "typescript-5.9" as const, args: ["--incremental"], emits: true },
];

test.for(cases)(
  "$version: a diagnostic fails every run of tspc $args until it is mended",
  async ({ version, args, emits }) => {
    await using project = await toyProject(faulty);
    for (const run of ["first", "second"]) {
      const { exitCode, output } = await runTspc(project, args, version);
      expect(output, `${run} run`).toBe(faultyOutput);
      expect(exitCode, `${run} run`).not.toBe(0);
    }
    expect(project.exists("dist/src/main.js")).toBe(emits);

    await project.write("convoy/functions/projects.ts", functions);
    expect(await runTspc(project, args, version)).toEqual(passes);
  },
);

test("a changed schema is generated before its users are checked, and nothing else is written", async () => {
  await using project = await toyProject();
  expect(await runTspc(project)).toEqual(passes);
  const stamps = [project.stamp("convoy/_generated/server.ts")];
  await addToyTable(project);
  const { exitCode, output } = await runTspc(project, ["--noEmit"]);
  expect(output).toMatch(missingTable);
  expect(exitCode).not.toBe(0);
  stamps.push(project.stamp("convoy/_generated/server.ts"));
  expect(stamps[1]).toBe(stamps[0]);
});

test("generated files with the line ends of Windows are left as they are", async () => {
  await using project = await toyProject();
  await runTspc(project);
  const file = "convoy/_generated/server.ts";
  await project.write(file, (await project.read(file)).replaceAll("\n", "\r\n"));
  expect(await runTspc(project)).toEqual(passes);
  expect(await project.read(file)).toContain("\r\n");
});

test("what only warns is printed as TypeScript prints, and fails nothing", async () => {
  await using project = await toyProject({
    "convoy/functions/projects.ts": `${functions}// warning\n// suggestion\n`,
  });
  expect(await runTspc(project)).toEqual({
    exitCode: 0,
    output:
      "convoy/functions/projects.ts(3,1): warning TS991004: CV1004: An warning.\n" +
      "convoy/functions/projects.ts(4,1): message TS991004: CV1004: An suggestion.\n",
  });
  const pretty = await runTspc(project, ["--pretty"]);
  expect(pretty.exitCode).toBe(0);
  expect(pretty.output).toContain("\u001B[93mwarning\u001B[0m\u001B[90m TS991004: \u001B[0mCV1004");
  expect(pretty.output).toContain("The schema.");
});

test("a tsconfig inside convoy/ is found as well", async () => {
  await using project = await toyProject({
    ...faulty,
    "convoy/tsconfig.json": toyTsconfig({
      compilerOptions: { outDir: "../dist" },
      include: ["."],
    }),
  });
  const { exitCode, output } = await runTspc(project, ["--project", "convoy"]);
  expect(output).toBe(faultyOutput);
  expect(exitCode).not.toBe(0);
  expect(project.exists("convoy/_generated/api.ts")).toBe(true);
});

test("the plugin's root names the project, or is an error of the build", async () => {
  const withRoot = (root: string): string =>
    toyTsconfig({
      compilerOptions: { plugins: [{ ...toyPlugin, root }], rootDir: ".." },
      include: ["../convoy"],
    });
  await using project = await toyProject({ ...faulty, "build/tsconfig.json": withRoot("..") });
  expect((await runTspc(project, ["--project", "build"])).output).toBe(faultyOutput);

  await project.write("build/tsconfig.json", withRoot("."));
  const { exitCode, output } = await runTspc(project, ["--project", "build"]);
  expect(output).toMatch(
    /^error TS990000: Convoy: "root" of the plugin convoy\/transformer is "\."/,
  );
  expect(exitCode).not.toBe(0);
});

test("a program without a Convoy project is built as if we were not there", async () => {
  await using project = await toyProject({
    "tsconfig.json": toyTsconfig({ include: ["src"] }),
    "src/main.ts": "export const one = 1;\n",
  });
  expect(await runTspc(project)).toEqual(passes);
  expect(project.exists("convoy/_generated")).toBe(false);
});
