import path from "node:path";
import { expect, test } from "vitest";
import { runNode } from "../support/run-node.js";
import { tempProject } from "../support/temp-project.js";
import { fileOfVersion, typescriptPackages } from "../support/typescript-versions.js";

test("the server code of a project brings no types of Postgres or Node", async () => {
  await using project = await tempProject("quickstart");
  const tsc = fileOfVersion("typescript", "lib/tsc.js");
  const { code, stdout } = await runNode(tsc, ["--listFiles"], { cwd: project.root });
  expect(code, stdout).toBe(0);
  const packages = [...stdout.matchAll(/node_modules\/((?:@[^/]+\/)?[^/]+)\//g)].map(
    ([, name]) => name,
  );
  expect(new Set(packages)).toEqual(new Set(["typescript", "zod"]));
});

test.each(typescriptPackages)(
  "%s checks a client in a program of its own, without zod and server code",
  async (version) => {
    await using project = await tempProject("tracker", {
      files: {
        "package.json": '{ "type": "module" }',
        "tsconfig.client.json":
          '{ "extends": "./tsconfig.json", "include": [], "files": ["src/client.ts"] }',
      },
    });
    const tsc = fileOfVersion(version, "lib/tsc.js");
    const { code, stdout } = await runNode(
      tsc,
      ["--project", "tsconfig.client.json", "--listFiles"],
      { cwd: project.root },
    );
    const files = stdout.split(/\r?\n/).filter((line) => !line.includes("/typescript"));
    expect({ code, errors: files.filter((line) => line.includes("error TS")) }).toEqual({
      code: 0,
      errors: [],
    });
    const read = files.map((file) => path.basename(file));
    expect(read).toEqual(expect.arrayContaining(["client.ts", "apiTypes.d.ts", "dataModel.ts"]));
    expect(
      files.filter((file) => /\/zod\/|\/runtime\/|\/functions\/|schema\.ts/.test(file)),
    ).toEqual([]);
  },
);
