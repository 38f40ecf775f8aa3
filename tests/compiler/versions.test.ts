import { readFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { loadTypeScript } from "../../compiler/index.js";
import { TypeScriptHost } from "../../compiler/hosts/typescript/host.js";
import { loadProjectConfig } from "../../compiler/project/config.js";
import { mapFile } from "../../compiler/emit/generate.js";
import { writeGenerated } from "../../compiler/emit/write.js";
import { analyse, fixtureRoot, generatedFiles } from "../support/analyse.js";
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
