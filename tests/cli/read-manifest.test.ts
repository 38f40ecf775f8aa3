import { expect, test } from "vitest";
import { tempProject } from "../support/temp-project.js";
import { runHere } from "./run-here.js";

const file = "convoy/_generated/manifest.json";

test.each([
  { args: ["plan"] },
  { args: ["run", "users.signIn"] },
  { args: ["run", "projects.listProjects", "--watch"] },
])("$args without a manifest that can be read says how to get one", async ({ args }) => {
  await using project = await tempProject("quickstart", { without: ["convoy"] });
  const run = () => runHere(args, project.root);
  const missing = await run();
  expect(missing).toMatchObject({ exitCode: 2, stdout: "" });
  expect(missing.stderr).toMatch(/manifest-unreadable: .*`convoy codegen`.*--root/);
  for (const text of ["{", "null", "{}", '{ "version": 2 }']) {
    await project.write(file, text);
    const { exitCode, stderr } = await run();
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/manifest-unreadable: .*manifest\.json .*`convoy codegen`/);
  }
});
