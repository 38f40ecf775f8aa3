import { expect, test } from "vitest";
import { runTspc, typescriptVersions, watchTspc } from "../support/tspc.js";
import type { BuildProject } from "./build-project.js";
import {
  addToyTable,
  functions,
  missingTable,
  toyClient,
  toyProject,
  toyTsconfig,
} from "./toy-project.js";

const passes = { exitCode: 0, output: "" };
const error = "convoy/functions/projects.ts(3,1): error TS991004: CV1004: An error.\n";

/** A Convoy project, and an app that references it. */
function solution(): Promise<BuildProject> {
  return toyProject({
    "tsconfig.json": JSON.stringify({
      files: [],
      references: [{ path: "./tsconfig.convoy.json" }, { path: "./app" }],
    }),
    "tsconfig.convoy.json": toyTsconfig({
      compilerOptions: { composite: true },
      include: ["convoy"],
    }),
    "app/tsconfig.json": toyTsconfig({
      compilerOptions: { composite: true, outDir: "../dist/app" },
      include: ["."],
      references: [{ path: "../tsconfig.convoy.json" }],
    }),
    "app/main.ts": toyClient("../convoy"),
    // What a reference is built from is the declarations, and TypeScript copies no .d.ts.
    "dist/convoy/_generated/apiTypes.d.ts":
      'import type { Table } from "./dataModel.js";\nexport type Api = Record<Table, 1>;\n',
  });
}

test.for(typescriptVersions)(
  "%s: the first tspc --build of a clean checkout builds the project and what references it",
  async (version) => {
    await using project = await solution();
    expect(await runTspc(project, ["--build"], version)).toEqual(passes);
    expect(project.exists("dist/convoy/_generated/api.d.ts")).toBe(true);
    expect(project.exists("dist/app/main.js")).toBe(true);

    const again = await runTspc(project, ["--build", "--verbose"], version);
    expect(again.exitCode).toBe(0);
    expect(again.output).not.toContain("Building project");

    await addToyTable(project);
    const changed = await runTspc(project, ["--build"], version);
    expect(changed.output).toMatch(missingTable);
    expect(changed.exitCode).not.toBe(0);
  },
);

const kinds = [
  { kind: "composite", compilerOptions: { composite: true } },
  { kind: "incremental", compilerOptions: { incremental: true } },
  { kind: "plain", compilerOptions: {} },
  { kind: "noEmit", compilerOptions: { noEmit: true } },
];
const cases = (["typescript", "typescript-5.5"] as const).flatMap((version) =>
  kinds.map((kind) => ({ version, ...kind })),
);

test.for(cases)(
  "$version: a diagnostic fails every tspc --build of a $kind project until it is mended",
  async ({ version, compilerOptions }) => {
    await using project = await toyProject({
      "tsconfig.json": toyTsconfig({ compilerOptions }),
      "convoy/functions/projects.ts": `${functions}// error\n`,
    });
    for (const run of ["first", "second"]) {
      const { exitCode, output } = await runTspc(project, ["--build"], version);
      expect(output, `${run} run`).toBe(error);
      expect(exitCode, `${run} run`).not.toBe(0);
    }
    await project.write("convoy/functions/projects.ts", functions);
    expect(await runTspc(project, ["--build"], version)).toEqual(passes);
  },
);

test.for(typescriptVersions)(
  "%s: tspc --build --watch generates on a clean checkout and after an edit",
  async (version) => {
    await using project = await solution();
    await using tspc = watchTspc(project, ["--build", "--watch"], version);
    expect(await tspc.nextCompilation()).toMatch(/Found 0 errors/);
    const schema = await project.read("convoy/schema.ts");
    await addToyTable(project);
    const changed = await project.read("convoy/schema.ts");

    const write = (text: string) => () => project.write("convoy/schema.ts", text);
    await tspc.compilationAfter(write(changed), missingTable);
    await tspc.compilationAfter(write(schema), /Found 0 errors/);
    await project.write("convoy/functions/projects.ts", `${functions}// error\n`);
    await tspc.nextCompilation(/error TS991004: CV1004: /);
    await project.write("convoy/functions/projects.ts", `${functions}// bug\n`);
    await tspc.nextCompilation(/Convoy: internal error/);
    await project.write("convoy/functions/projects.ts", functions);
    await tspc.nextCompilation(/Found 0 errors/);
  },
);
