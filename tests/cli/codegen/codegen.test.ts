import path from "node:path";
import { expect, test } from "vitest";
import { type TempProject, tempProject } from "../../support/temp-project.js";
import { runConvoy } from "../run-convoy.js";
import { runHere } from "../run-here.js";

const generated = "convoy/_generated";

test("writes everything on a clean checkout, in one line, and nothing the second time", async () => {
  await using project = await tempProject("quickstart", { without: [generated] });
  const first = await codegen(project);
  expect(first.stdout).toMatch(
    /^Wrote \d+ files to convoy\/_generated: .*api\.ts, .*server\.ts \(.+\)\.\n$/,
  );
  expect(first.stderr).toBe("");
  expect(first.exitCode).toBe(0);
  expect(await project.read(`${generated}/dataModel.ts`)).toContain('"projects" | "users"');

  const second = await codegen(project);
  expect(second.stdout).toMatch(/^convoy\/_generated is up to date \(.+\)\.\n$/);
  expect(second.exitCode).toBe(0);
});

test("a project in another folder is named with --root, and paths are relative to where one is", async () => {
  await using project = await tempProject("quickstart", {
    without: [`${generated}/server.ts`],
    files: { "elsewhere/deep/readme.md": "" },
  });
  const cwd = path.join(project.root, "elsewhere", "deep");
  const { stdout, exitCode } = await runConvoy(["codegen", "--root", "../.."], { cwd });
  expect(stdout).toMatch(/^Wrote \d files? to \.\.\/\.\.\/convoy\/_generated: .*server\.ts \(/);
  expect(exitCode).toBe(0);
});

test("--check passes when the code is up to date, and leaves alone what is not ours", async () => {
  await using project = await tempProject("quickstart", {
    files: { [`${generated}/notes.md`]: "not ours\n" },
  });
  const { stdout, exitCode } = await codegen(project, "--check");
  expect(stdout).toBe("convoy/_generated is up to date.\n");
  expect(exitCode).toBe(0);
});

test("--check names what drifted and what to run, fails, and writes nothing", async () => {
  await using project = await tempProject("quickstart", {
    without: [`${generated}/server.ts`],
    files: { [`${generated}/api.ts`]: "// edited by hand\n" },
  });
  const { stdout, exitCode } = await codegen(project, "--check");
  expect(stdout).toBe(
    [
      "2 files in convoy/_generated are out of date: run convoy codegen.",
      "  convoy/_generated/api.ts",
      "  convoy/_generated/server.ts",
      "",
    ].join("\n"),
  );
  expect(exitCode).toBe(1);
  expect(await project.read(`${generated}/api.ts`)).toBe("// edited by hand\n");
  await expect(project.read(`${generated}/server.ts`)).rejects.toThrow("ENOENT");
});

test("--check fails when a change of the schema was not generated", async () => {
  await using project = await tempProject("quickstart");
  const schema = await project.read("convoy/schema.ts");
  await project.write("convoy/schema.ts", schema.replace("description: z", "summary: z"));
  const { stdout, exitCode } = await codegen(project, "--check");
  expect(stdout).toContain("  convoy/_generated/dataModel.ts\n");
  expect(exitCode).toBe(1);
});

test("with errors in the schema nothing is written, and the last good code stays", async () => {
  await using project = await tempProject("quickstart");
  const before = await project.read(`${generated}/dataModel.ts`);
  const schema = await project.read("convoy/schema.ts");
  await project.write(
    "convoy/schema.ts",
    schema.replace("description: z", "summary: z").replace('["deviceId"]', '["device"]'),
  );
  for (const args of [[], ["--check"]]) {
    const { stdout, exitCode } = await codegen(project, ...args);
    expect(stdout).toMatch(/^convoy\/schema\.ts:8:\d+ - error CV1\d\d\d: .*"device"/m);
    expect(stdout).toMatch(/Found .* convoy\/_generated was left as it is\.\n$/);
    expect(exitCode).toBe(1);
  }
  expect(await project.read(`${generated}/dataModel.ts`)).toBe(before);
});

test("an error in a function is shown and fails, but the code is written", async () => {
  await using project = await tempProject("quickstart", {
    files: { "convoy/functions/wrong.ts": wrongIndex },
  });
  const { stdout, exitCode } = await codegen(project);
  expect(stdout).toMatch(/^Wrote \d+ files to /);
  expect(stdout).toMatch(/\nconvoy\/functions\/wrong\.ts:6:\d+ - error CV2\d\d\d: .*"by_nick"/);
  expect(stdout).toMatch(/\nFound 1 error in 1 file\.\n$/);
  expect(exitCode).toBe(1);
  expect(await project.read(`${generated}/apiTypes.d.ts`)).toContain("wrong");
});

const wrongIndex = `import { query } from "../_generated/server";

export const first = query({
  args: {},
  handler: async (ctx) =>
    ctx.db.query("users").withIndex("by_nick", (q) => q).first(),
});
`;

function codegen(project: TempProject, ...args: string[]) {
  return runHere(["codegen", ...args], project.root);
}
