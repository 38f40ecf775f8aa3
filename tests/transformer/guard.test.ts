import { createRequire } from "node:module";
import path from "node:path";
import type ts from "typescript";
import { expect, test } from "vitest";
import { runTspc } from "../support/tspc.js";
import { toyProject } from "./toy-project.js";

const runs = ["first run", "second run"];

test.for([
  { args: [] },
  { args: ["--noEmit"] },
  { args: ["--incremental"] },
  { args: ["--build"] },
])(
  "a bug of ours is one error of tspc $args, and the type errors are still told",
  async ({ args }) => {
    await using project = await toyProject();
    await runTspc(project);
    await project.replace("src/main.ts", "users: 1", "users: 2");
    await project.replace("convoy/schema.ts", "export", "// bug\nexport");
    for (const run of runs) {
      const { exitCode, output } = await runTspc(project, args);
      expect(output, run).toMatch(
        /^error TS990000: Convoy: internal error\. .* please report .*\nError: injected\n {4}at analyse /,
      );
      expect(output, run).toContain("src/main.ts(2,40): error TS2322");
      expect(exitCode, run).not.toBe(0);
    }
  },
);

test.for([{ args: [] }, { args: ["--incremental"] }, { args: ["--build"] }])(
  "a folder that cannot be written is the one error of tspc $args",
  async ({ args }) => {
    await using project = await toyProject({ "convoy/_generated": "in the way" });
    for (const run of runs) {
      const { exitCode, output } = await runTspc(project, args);
      expect(output, run).toMatch(
        /^error TS990000: Convoy: cannot write the generated files\. E[A-Z]+: .*\n$/,
      );
      expect(exitCode, run).not.toBe(0);
    }
  },
);

test("the programs of a language service are left alone", async () => {
  await using project = await toyProject();
  // TypeScript as `ts-patch install` leaves it, which every editor would then load.
  const patched = createRequire(import.meta.url)("ts-patch/compiler/typescript.js") as typeof ts;
  const configFile = path.join(project.root, "tsconfig.json");
  const config = patched.getParsedCommandLineOfConfigFile(configFile, undefined, {
    ...patched.sys,
    onUnRecoverableConfigFileDiagnostic: () => expect.fail("The tsconfig is broken."),
  })!;
  const service = patched.createLanguageService({
    ...patched.sys,
    useCaseSensitiveFileNames: () => patched.sys.useCaseSensitiveFileNames,
    getCompilationSettings: () => config.options,
    getScriptFileNames: () => config.fileNames,
    getScriptVersion: () => "1",
    getScriptSnapshot: (file) =>
      patched.ScriptSnapshot.fromString(patched.sys.readFile(file) ?? expect.fail(file)),
    getCurrentDirectory: () => project.root,
    getDefaultLibFileName: (options) => patched.getDefaultLibFilePath(options),
  });
  const errors = service.getSemanticDiagnostics(path.join(project.root, "src/main.ts"));
  expect(errors.map(({ code }) => code)).toContain(2307);
  expect(project.exists("convoy/_generated")).toBe(false);
});
