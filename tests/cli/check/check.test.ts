import { expect, test } from "vitest";
import type { CheckDocument } from "../../../cli/check/print.js";
import { type TempProject, tempProject } from "../../support/temp-project.js";
import { runConvoy } from "../run-convoy.js";
import { runHere } from "../run-here.js";

const good = 'import { defineRef, defineSchema, defineTable } from "convoy";\n';
const wrongRef = `${good}
export default defineSchema({
  users: defineTable({ bestFriend: defineRef("userz") }),
});
`;

test("a project without problems passes, on a clean checkout too", async () => {
  await using project = await tempProject("quickstart", { without: ["convoy/_generated"] });
  const { stdout, exitCode } = await check(project);
  expect(stdout).toBe("No problems found in 2 tables and 3 functions.\n");
  expect(exitCode).toBe(0);
  await expect(project.read("convoy/_generated/api.ts")).rejects.toThrow("ENOENT");
});

test("an error is a line with its place, code and fix, and exits 1", async () => {
  await using project = await tempProject("quickstart", {
    without: ["convoy/functions"],
    files: { "convoy/schema.ts": wrongRef },
  });
  const { stdout, stderr, exitCode } = await check(project);
  const [first, second, ...rest] = stdout.split("\n");
  expect(first).toMatch(/^convoy\/schema\.ts:4:46 - error CV1004: .*"userz".*"users"/);
  expect(second).toMatch(/^ {2}fix: .*users/);
  expect(rest).toEqual(["Found 1 error in 1 file.", ""]);
  expect(stderr).toBe("");
  expect(exitCode).toBe(1);
});

test("on a terminal it shows the line with carets", async () => {
  await using project = await tempProject("quickstart", {
    without: ["convoy/functions"],
    files: { "convoy/schema.ts": wrongRef },
  });
  const { stdout } = await runConvoy(["check"], {
    cwd: project.root,
    terminal: true,
    env: { NO_COLOR: "1" },
  });
  const lines = stdout.split("\n");
  expect(lines[2]).toBe('4   users: defineTable({ bestFriend: defineRef("userz") }),');
  expect(lines[3]).toBe(`${" ".repeat(2 + 45)}^^^^^^^`);
});

test("warnings and suggestions are shown, and exit 0", async () => {
  await using project = await tempProject("quickstart", {
    files: { "convoy/functions/all.ts": fullScan },
  });
  const { stdout, exitCode } = await check(project);
  expect(stdout).toMatch(/^convoy\/functions\/all\.ts:6:\d+ - (warning|suggestion) CV2\d\d\d: /);
  expect(stdout).toMatch(/\nFound 1 (warning|suggestion) in 1 file\.\n$/);
  expect(exitCode).toBe(0);
});

test("--json is one document with the place, the fix and its edits", async () => {
  await using project = await tempProject("quickstart", {
    without: ["convoy/functions"],
    files: { "convoy/schema.ts": wrongRef },
  });
  const { stdout, stderr, exitCode } = await check(project, "--json");
  const document = JSON.parse(stdout) as CheckDocument;
  const place = { file: "convoy/schema.ts", line: 4, column: 46, endLine: 4, endColumn: 53 };
  expect(document).toEqual({
    version: 1,
    root: project.root.replaceAll("\\", "/"),
    diagnostics: [
      {
        code: "CV1004",
        rule: "unknown-ref-table",
        severity: "error",
        message: expect.stringContaining('"userz"'),
        ...place,
        related: expect.any(Array),
        fixes: [
          {
            name: "did-you-mean",
            title: expect.stringContaining("users"),
            edits: [{ ...place, newText: '"users"' }],
          },
        ],
      },
    ],
    summary: { errors: 1, warnings: 0, suggestions: 0 },
  });
  expect(stderr).toBe("");
  expect(exitCode).toBe(1);
});

test("--json without problems is a document too", async () => {
  await using project = await tempProject("quickstart");
  const { stdout, exitCode } = await check(project, "--json");
  expect(JSON.parse(stdout)).toMatchObject({
    diagnostics: [],
    summary: { errors: 0, warnings: 0, suggestions: 0 },
  });
  expect(exitCode).toBe(0);
});

test("--json says in its document why a project could not be checked", async () => {
  await using project = await tempProject("quickstart", { without: ["convoy"] });
  const { stdout, stderr, exitCode } = await check(project, "--json");
  const { failure } = JSON.parse(stdout) as { failure: { code: string; message: string } };
  expect(failure.code).toBe("CV0003");
  expect(stderr).toBe(`error CV0003: ${failure.message}\n`);
  expect(exitCode).toBe(2);
});

const fullScan = `import { query } from "../_generated/server";

export const everyone = query({
  args: {},
  handler: async (ctx) =>
    ctx.db.query("users").collect(),
});
`;

function check(project: TempProject, ...args: string[]) {
  return runHere(["check", ...args], project.root);
}
