import { expect, test } from "vitest";
import { testDatabase } from "../../support/postgres.js";
import { tempProject } from "../../support/temp-project.js";
import { runConvoy } from "../run-convoy.js";

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
