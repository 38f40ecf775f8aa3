import { readFile } from "node:fs/promises";
import path from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { type Analysis, loadTypeScript } from "../../compiler/index.js";
import { TypeScriptHost } from "../../compiler/hosts/typescript/host.js";
import { loadProjectConfig } from "../../compiler/project/config.js";
import { mapFile } from "../../compiler/emit/generate.js";
import { writeGenerated } from "../../compiler/emit/write.js";
import { analyse, fixtureRoot, generatedFiles } from "../support/analyse.js";
import { tempProject } from "../support/temp-project.js";
import { typeErrors } from "../support/type-errors.js";
import { loadVersion, typescriptPackages } from "../support/typescript-versions.js";

const fixtures = ["quickstart", "tracker"] as const;

describe.each(fixtures)("%s", (fixture) => {
  const root = fixtureRoot(fixture);

  let analysis: Analysis;
  beforeAll(() => {
    analysis = analyse(root);
  });

  test("has no errors of its own", () => {
    const errors = analysis.diagnostics.filter(({ severity }) => severity === "error");
    expect(errors).toEqual([]);
  });

  test.each(typescriptPackages)("generates the committed text on %s", async (name) => {
    const onVersion = name === "typescript" ? analysis : analyse(root, loadVersion(name));
    const files = generatedFiles(onVersion);
    if (process.env["UPDATE_GOLDEN"] === "1" && onVersion.files) writeGenerated(onVersion.files);
    for (const [file, text] of Object.entries(files)) {
      if (file === mapFile) continue;
      const committed = await readFile(path.join(root, "convoy/_generated", file), "utf8");
      expect(text, file).toBe(committed.replaceAll("\r\n", "\n"));
    }
  });

  test.each(typescriptPackages)("type-checks with its generated text on %s", (name) => {
    const typescript = loadVersion(name);
    expect(typeErrors(path.join(root, "tsconfig.json"), { typescript })).toBe("");
  });

  test("no option of TypeScript finds fault with the generated text", async () => {
    await using project = await tempProject(fixture, {
      drizzle: true,
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
    const errors = typeErrors(path.join(project.root, "tsconfig.strictest.json"));
    expect(errors.split("\n").filter((line) => line.includes("_generated/"))).toEqual([]);
  });

  test("gives the same facts for modules read one by one in reverse order", () => {
    const ts = loadTypeScript();
    const config = loadProjectConfig({ ts, root });
    const apart = new TypeScriptHost({ ts, config });
    const schema = apart.readSchema();
    const modules = apart
      .functionsFiles()
      .toReversed()
      .flatMap((file) => apart.readFunctions(schema, [file]));
    expect({ schema, modules: modules.toReversed() }).toEqual(analysis.facts);
  });
});
