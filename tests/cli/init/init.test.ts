import { expect, test } from "vitest";
import { testDatabase } from "../../support/postgres.js";
import { tempProject } from "../../support/temp-project.js";
import { runConvoy } from "../run-convoy.js";
import { runHere } from "../run-here.js";

test("init writes a project that dev can run, and leaves alone what is there", async () => {
  await using database = await testDatabase();
  await using project = await tempProject("quickstart", { without: ["convoy", "tsconfig.json"] });
  await project.write("convoy/schema.ts", "");
  const env = { DATABASE_URL: database.url };
  const convoy = (...args: string[]) => runConvoy(args, { cwd: project.root, env });

  const first = await convoy("init");
  expect(first).toMatchObject({ exitCode: 0, stderr: "" });
  expect(first.stdout).toContain("kept  convoy/schema.ts");
  expect(first.stdout).toContain("wrote convoy/functions/messages.ts");
  expect(first.stdout).toContain("npm install convoy zod && npx convoy dev");
  expect(await project.read("convoy/schema.ts")).toBe("");

  await project.remove("convoy/schema.ts");
  await convoy("init");
  const once = await convoy("dev", "--once");
  expect(once, once.output).toMatchObject({ exitCode: 0 });
  expect(once.stdout).toContain("created table messages");
});

test("init takes a package.json that cannot be read for none", async () => {
  await using project = await tempProject("quickstart", { without: ["convoy", "tsconfig.json"] });
  for (const text of [
    "{ broken",
    "null",
    '\ufeff{ "dependencies": { "zod": "4", "convoy": "1" } }',
  ]) {
    await project.write("package.json", text);
    const { exitCode, output } = await runHere(["init"], project.root);
    expect(exitCode, output).toBe(0);
    expect(output).toContain("npx convoy dev");
    expect(output.includes("npm install")).toBe(!text.startsWith("\ufeff"));
  }
});

test("init says what it cannot write", async () => {
  await using project = await tempProject("quickstart", { without: ["convoy"] });
  await project.write("convoy", "a file");
  const { exitCode, stderr } = await runHere(["init"], project.root);
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(
    /^error CV0011: Cannot write .*convoy: a file is where a folder should be/,
  );
});

test("init in another folder says to go there first", async () => {
  await using project = await tempProject("quickstart", { without: ["convoy", "tsconfig.json"] });
  for (const [root, says] of [
    ["apps/chat", "Next: cd apps/chat && npm install convoy zod && npx convoy dev"],
    ["my apps", 'Next: cd "my apps" && npm install convoy zod && npx convoy dev'],
    [project.root, "Next: npm install convoy zod && npx convoy dev"],
  ] as const) {
    const { exitCode, stdout } = await runHere(["init", "--root", root], project.root);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(says);
  }
});
