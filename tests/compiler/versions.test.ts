import { readFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { loadTypeScript } from "../../compiler/index.js";
import { TypeScriptHost } from "../../compiler/hosts/typescript/host.js";
import { loadProjectConfig } from "../../compiler/project/config.js";
import { mapFile } from "../../compiler/emit/generate.js";
import { writeGenerated } from "../../compiler/emit/write.js";
import { analyse, fixtureRoot, generatedFiles } from "../support/analyse.js";
import { tempProject } from "../support/temp-project.js";
import { runNode } from "../support/run-node.js";
import { fileOfVersion, loadVersion, typescriptPackages } from "../support/typescript-versions.js";

const fixtures = ["quickstart", "tracker"] as const;

describe.each(fixtures)("%s", (fixture) => {
  const root = fixtureRoot(fixture);

  test.each(typescriptPackages)("generates the committed text on %s", async (name) => {
    const analysis = analyse(root, loadVersion(name));
    const files = generatedFiles(analysis);
    if (process.env["UPDATE_GOLDEN"] === "1" && analysis.files) writeGenerated(analysis.files);
    for (const [file, text] of Object.entries(files)) {
      if (file === mapFile) continue;
      const committed = await readFile(path.join(root, "convoy/_generated", file), "utf8");
      expect(text, file).toBe(committed.replaceAll("\r\n", "\n"));
    }
  });

  test.each(typescriptPackages)("type-checks with its generated text on %s", async (name) => {
    const outcome = await runNode(fileOfVersion(name, "bin/tsc"), ["--project", root]);
    expect(outcome.stdout).toBe("");
    expect(outcome.code).toBe(0);
  });

  test("no option of TypeScript finds fault with the generated text", async () => {
    await using project = await tempProject(fixture, {
      files: {
        "package.json": '{ "type": "module" }',
        "tsconfig.strictest.json": JSON.stringify({
          extends: "./tsconfig.json",
          compilerOptions: {
            allowUnreachableCode: false,
            exactOptionalPropertyTypes: true,
            isolatedModules: true,
            noFallthroughCasesInSwitch: true,
            noImplicitOverride: true,
            noImplicitReturns: true,
            noPropertyAccessFromIndexSignature: true,
            noUncheckedIndexedAccess: true,
            noUncheckedSideEffectImports: true,
            noUnusedLocals: true,
            noUnusedParameters: true,
            verbatimModuleSyntax: true,
          },
        }),
      },
    });
    // Declaration files are not checked along with everything else; as a source file, this one is.
    const types = await project.read("convoy/_generated/apiTypes.d.ts");
    await project.write("convoy/_generated/apiTypesChecked.ts", types);
    const tsc = fileOfVersion("typescript", "bin/tsc");
    const config = path.join(project.root, "tsconfig.strictest.json");
    const outcome = await runNode(tsc, ["--project", config], { cwd: project.root });
    const faults = outcome.stdout.split("\n").filter((line) => line.includes("_generated/"));
    expect(faults).toEqual([]);
  });

  test("gives the same facts for modules read one by one in reverse order", () => {
    const ts = loadTypeScript();
    const config = loadProjectConfig({ ts, root });
    const together = new TypeScriptHost({ ts, config });
    const schema = together.readSchema();
    const expected = together.readFunctions(schema);

    const apart = new TypeScriptHost({ ts, config });
    const ownSchema = apart.readSchema();
    const modules = apart
      .functionsFiles()
      .toReversed()
      .flatMap((file) => apart.readFunctions(ownSchema, [file]));
    expect(ownSchema).toEqual(schema);
    expect(modules.toReversed()).toEqual(expected);
  });

  test("has no errors of its own", () => {
    const errors = analyse(root).diagnostics.filter(({ severity }) => severity === "error");
    expect(errors).toEqual([]);
  });
});
