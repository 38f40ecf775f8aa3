import { expect, test } from "vitest";
import type { DoctorDocument } from "../../../cli/doctor/print.js";
import { runProgram } from "../../../cli/program.js";
import manifest from "../../../package.json" with { type: "json" };
import { withClient } from "../../../runtime/postgres/embedded/database-client.js";
import { testDatabase } from "../../support/postgres.js";
import { type TempProject, tempProject } from "../../support/temp-project.js";
import { memoryEnvironment } from "../memory-channel.js";
import { runConvoy } from "../run-convoy.js";
import { runHere } from "../run-here.js";

const { version } = manifest;

type Outcomes = Partial<Record<string, "ok" | "warning" | "problem">>;

test("doctor finds what is out of step, and what to do about it", async () => {
  await using database = await testDatabase();
  await using project = await tempProject("quickstart");
  const env = { DATABASE_URL: database.url };

  const fresh = await doctor(project, env);
  expect(fresh.outcomes).toEqual({ ...well, tables: "warning" });
  expect(fresh.exitCode).toBe(0);

  const once = await runConvoy(["dev", "--once"], { cwd: project.root, env });
  expect(once, once.output).toMatchObject({ exitCode: 0 });
  const text = await runConvoy(["doctor"], { cwd: project.root, env });
  expect(text).toMatchObject({ exitCode: 0, stderr: "" });
  expect(text.stdout).toMatch(/^ok {6}node: Node \d/);
  expect(text.stdout).toContain("\nAll is well.\n");

  await project.write(
    "convoy/functions/more.ts",
    'import { query } from "../_generated/server";\nexport const one = query({ handler: () => 1 });\n',
  );
  const stale = await doctor(project, env);
  expect(stale.outcomes).toEqual({ ...well, generated: "problem" });
  expect(stale.findings.find(({ check }) => check === "generated")).toMatchObject({
    message: expect.stringContaining("convoy/_generated/functions.ts"),
    fix: "npx convoy codegen",
  });
  expect(stale.exitCode).toBe(1);

  await project.write("convoy/schema.ts", "export default (");
  const broken = await doctor(project, env);
  expect(broken.outcomes).toEqual({ ...well, generated: "problem", tables: undefined });
  expect(broken.output).toContain("convoy check");

  // Something else has the name of a table.
  await withClient(database.url, (client) => client.query("drop schema _convoy cascade"));
  await using other = await tempProject("quickstart");
  const taken = await doctor(other, env);
  expect(taken.outcomes["tables"]).toBe("problem");
  expect(taken.exitCode).toBe(1);
});

test("doctor says what is wrong with the database, and never its password", async () => {
  await using database = await testDatabase();
  // What is there is enough: the analysis has been looked at before.
  await using project = await tempProject("quickstart", { without: ["convoy/schema.ts"] });
  const url = new URL(database.url);
  const at = (change: (url: URL) => void): string => {
    const changed = new URL(database.url);
    change(changed);
    return changed.href;
  };
  const refused = "hunter2";
  const cases: readonly (readonly [string, "ok" | "problem", string])[] = [
    [database.url, "ok", `database "${url.pathname.slice(1)}"`],
    [at((to) => (to.pathname = "/not_there_yet")), "ok", "convoy dev` creates it"],
    [`postgresql://nobody:${refused}@127.0.0.1:1/nowhere`, "problem", "127.0.0.1:1 (ECONNREFUSED)"],
    [`mysql://nobody:${refused}@127.0.0.1/x`, "problem", "not the URL of a Postgres"],
    [`postgresql://nobody:${refused}@[::/x`, "problem", "not the URL of a Postgres"],
  ];
  for (const [to, outcome, says] of cases) {
    const result = await doctor(project, { DATABASE_URL: to });
    expect(result.outcomes, result.output).toMatchObject({ project: "problem", database: outcome });
    expect(result.findings.find(({ check }) => check === "database")?.message).toContain(says);
    expect(result.output).not.toContain(refused);
    expect(result.output).not.toContain(url.password || refused);
    expect(result.outcomes["tables"]).toBeUndefined();
  }
});

test("doctor starts no server and makes no data where there is none", async () => {
  await using project = await tempProject("quickstart", { without: ["convoy"] });
  const result = await doctor(project, { DATABASE_URL: "" });
  expect(result.outcomes).toMatchObject({ project: "problem", database: expect.any(String) });
  await expect(project.read(".convoy/postgres/password")).rejects.toThrow("ENOENT");
});

test("a project that init has just written wants to be run, and nothing is wrong with it", async () => {
  await using project = await tempProject("quickstart", { without: ["convoy", "tsconfig.json"] });
  expect(await runHere(["init"], project.root)).toMatchObject({ exitCode: 0 });
  const { exitCode, outcomes, findings } = await doctor(project, { DATABASE_URL: "" });
  const { tables: _, ...wellWithoutTables } = well;
  const database = expect.any(String);
  expect(outcomes).toEqual({ ...wellWithoutTables, database, generated: "warning" });
  expect(findings.find(({ check }) => check === "generated")?.fix).toBe("npx convoy dev");
  expect(exitCode).toBe(0);
});

const well: Outcomes = {
  node: "ok",
  project: "ok",
  packages: "ok",
  typescript: "ok",
  tsconfig: "ok",
  plugins: "ok",
  generated: "ok",
  database: "ok",
  tables: "ok",
};

/** In this process, which has TypeScript already. */
async function doctor(
  project: TempProject,
  env: Readonly<Record<string, string>>,
): Promise<DoctorDocument & { outcomes: Outcomes; exitCode: number; output: string }> {
  const environment = { ...memoryEnvironment({ cwd: project.root }), env, version };
  const exitCode = await runProgram(["doctor", "--json"], environment);
  const document = JSON.parse(environment.out.text) as DoctorDocument;
  const outcomes = Object.fromEntries(
    document.findings.map(({ check, outcome }) => [check, outcome]),
  );
  return { ...document, outcomes, exitCode, output: environment.out.text + environment.err.text };
}
