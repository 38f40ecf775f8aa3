import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { findBuild } from "../../../cli/serve/find-build.js";
import { tempProject } from "../../support/temp-project.js";
import { runHere } from "../run-here.js";

const docs = path.join(import.meta.dirname, "..", "..", "..", "docs", "deployment.md");
const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");

test("what init has written is built by the command that the docs and convoy-serve name", async () => {
  await using project = await tempProject("quickstart", { without: ["convoy", "tsconfig.json"] });
  for (const command of ["init", "codegen"]) {
    expect(await runHere([command], project.root)).toMatchObject({ exitCode: 0 });
  }
  const [, args = ""] = /^npx tsc (.*?)(?: +#.*)?$/m.exec(await readFile(docs, "utf8")) ?? [];
  await expect(findBuild(project.root)).rejects.toMatchObject({
    code: "build-is-typescript",
    message: expect.stringContaining(`\`npx tsc ${args}\``),
  });
  await promisify(execFile)(process.execPath, [tsc, ...args.split(" ")], { cwd: project.root });
  const { generated } = await findBuild(project.root);
  expect(generated).toBe(path.join(project.root, "dist", "convoy", "_generated"));
});
