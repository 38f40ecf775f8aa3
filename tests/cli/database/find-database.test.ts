import { expect, test } from "vitest";
import { runProgram } from "../../../cli/program.js";
import { urlOfDatabase, withClient } from "../../../runtime/postgres/embedded/database-client.js";
import type { OwnDatabase } from "../../../runtime/postgres/embedded/template-database.js";
import { testDatabase } from "../../support/postgres.js";
import { type TempProject, tempProject } from "../../support/temp-project.js";
import { memoryEnvironment } from "../memory-channel.js";
import type { ConvoyResult } from "../run-convoy.js";

test("plan creates no database, and says which one is not there", async () => {
  await using missing = await missingDatabase();
  await using project = await tempProject("quickstart");
  for (const args of [["plan"], ["plan", "--json"]]) {
    const { exitCode, stdout, stderr } = await run(args, project, missing.url);
    expect(exitCode).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toContain(`database-missing: There is no database "${missing.name}"`);
    expect(stderr).toContain("DATABASE_URL");
    expect(await missing.isThere()).toBe(false);
  }
});

test.each([{ args: ["deploy"] }, { args: ["dev", "--once"] }])(
  "$args creates the database, and says so once",
  async ({ args }) => {
    await using missing = await missingDatabase();
    await using project = await tempProject("quickstart");
    const first = await run(args, project, missing.url);
    expect(first, first.output).toMatchObject({ exitCode: 0 });
    expect(first.stdout).toContain(`Created the database "${missing.name}"`);
    expect(first.output).not.toContain(new URL(missing.url).password || "\0");
    expect(await missing.isThere()).toBe(true);
    const second = await run(args, project, missing.url);
    expect(second.stdout).not.toContain("Created the database");
  },
);

interface MissingDatabase extends OwnDatabase {
  isThere(): Promise<boolean>;
}

/** The name of a database that was just dropped; what a test makes of it goes with the scope. */
async function missingDatabase(): Promise<MissingDatabase> {
  const database = await testDatabase();
  const { name, url } = database;
  await withClient(urlOfDatabase(url, "postgres"), (client) =>
    client.query(`drop database "${name}"`),
  );
  return {
    ...database,
    isThere: async () =>
      await withClient(urlOfDatabase(url, "postgres"), async (client) => {
        const found = await client.query("select from pg_database where datname = $1", [name]);
        return found.rowCount === 1;
      }),
  };
}

/** In this process, which loads TypeScript once. */
async function run(
  args: readonly string[],
  { root }: TempProject,
  DATABASE_URL: string,
): Promise<ConvoyResult> {
  const environment = { ...memoryEnvironment({ cwd: root }), env: { DATABASE_URL } };
  const { out, err } = environment;
  const exitCode = await runProgram(args, environment);
  return { exitCode, stdout: out.text, stderr: err.text, output: out.text + err.text };
}
