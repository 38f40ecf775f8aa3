import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { expect, test } from "vitest";
import { findDatabase } from "../../../cli/database/find-database.js";
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
    expect(stdout).toMatch(args.includes("--json") ? /"code": "database-missing"/ : /^$/);
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

test.each([{ args: ["plan"] }, { args: ["deploy"] }])(
  "$args makes no embedded database where none is named",
  async ({ args }) => {
    await using project = await tempProject("quickstart");
    const { exitCode, stderr } = await run(args, project, "");
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/database-url-missing: .*DATABASE_URL.*`convoy dev`/);
    await expect(project.read(".convoy/.gitignore")).rejects.toThrow("ENOENT");
    await expect(project.read(".convoy/postgres/password")).rejects.toThrow("ENOENT");
  },
);

test("deploy says which database it brings up, without its password", async () => {
  await using database = await testDatabase();
  await using project = await tempProject("quickstart");
  const { host, password } = new URL(database.url);
  const { exitCode, stdout, output } = await run(["deploy"], project, database.url);
  expect(exitCode, output).toBe(0);
  expect(stdout).toContain(`Postgres  ${host}/${database.name} (DATABASE_URL)`);
  expect(output).not.toContain(password || "\0");
});

test("the host may be in the query of the URL, as that of a socket is", async () => {
  await using missing = await missingDatabase();
  await using project = await tempProject("quickstart");
  const { username, password, hostname, port } = new URL(missing.url);
  const query = `host=${encodeURIComponent(hostname)}&port=${port}`;
  const url = `postgresql://${username}:${password}@/${missing.name}?${query}`;
  const { exitCode, stdout, output } = await run(["deploy"], project, url);
  expect(exitCode, output).toBe(0);
  expect(stdout).toContain(`Postgres  ${hostname}/${missing.name} (DATABASE_URL)`);
  expect(stdout).toContain(`Created the database "${missing.name}"`);
});

test("of several that find the database missing at once, one creates it and all have it", async () => {
  await using missing = await missingDatabase();
  const env = { DATABASE_URL: missing.url };
  const found = await Promise.all(Array.from({ length: 4 }, () => findDatabase("/", env, "all")));
  expect(found.map(({ url }) => url)).toEqual(found.map(() => missing.url));
  expect(found.filter(({ created }) => created === missing.name)).toHaveLength(1);
});

test("a user who may not create the database is told so", async () => {
  await using missing = await missingDatabase();
  await using weak = await weakUser(missing.url);
  await using project = await tempProject("quickstart");
  const { exitCode, stderr } = await run(["deploy"], project, weak.url);
  expect(exitCode).toBe(2);
  expect(stderr).toContain(`database-not-created: There is no database "${missing.name}"`);
  expect(stderr).toContain("may not create one");
});

test("a user who may not create tables is sent to doctor, which knows the grants", async () => {
  await using database = await testDatabase();
  await using weak = await weakUser(database.url);
  await using project = await tempProject("quickstart");
  const { exitCode, stderr } = await run(["deploy"], project, weak.url);
  expect(exitCode).toBe(2);
  expect(stderr).toContain("database-permission-denied");
  expect(stderr).toContain("convoy doctor");
});

test("what cannot be a database, or does not answer, is told with its place and without its password", async () => {
  await using closing = await closingServer();
  await using project = await tempProject("quickstart");
  const cases: readonly (readonly [url: string, code: string, says: string])[] = [
    ["postgresql://me:hunter2@127.0.0.1:1/a", "database-connection-lost", "at 127.0.0.1:1 (ECONN"],
    [`postgresql://me:hunter2@${closing.at}/a`, "database-connection-lost", `at ${closing.at}.`],
    ["postgresql://me:hunter2@nowhere.invalid/a", "database-", "nowhere.invalid:5432"],
    ["mysql://me:hunter2@127.0.0.1/a", "database-url-invalid", "postgresql://user:password@"],
    ["me:hunter2@127.0.0.1/a", "database-url-invalid", "postgresql://user:password@"],
    ["postgresql://me:hunter2#x@127.0.0.1/a", "database-url-invalid", "%-codes"],
  ];
  for (const args of [["plan"], ["deploy"], ["dev", "--once"]]) {
    for (const [url, code, says] of cases) {
      const { exitCode, stderr, output } = await run(args, project, url);
      expect(exitCode, output).toBe(2);
      expect(stderr).toContain(`error ${code}`);
      expect(stderr).toContain(says);
      expect(output).not.toContain("hunter2");
    }
  }
});

test("plan --json says in its document why nothing could be planned", async () => {
  await using project = await tempProject("quickstart");
  const url = "postgresql://me:hunter2@127.0.0.1:1/a";
  const { exitCode, stdout, stderr } = await run(["plan", "--json"], project, url);
  expect(exitCode).toBe(2);
  const { failure, ...rest } = JSON.parse(stdout) as {
    failure: { code: string; message: string };
  };
  expect(rest).toEqual({ version: 1 });
  expect(failure.code).toBe("database-connection-lost");
  expect(failure.message).toContain("127.0.0.1:1");
  expect(stderr).toBe(`error ${failure.code}: ${failure.message}\n`);
  expect(stdout).not.toContain("hunter2");

  await project.remove("convoy/_generated");
  const without = await run(["plan", "--json"], project, url);
  expect(JSON.parse(without.stdout)).toMatchObject({ failure: { code: "manifest-unreadable" } });
});

/** Takes connections, and closes them before anything was said. */
async function closingServer(): Promise<AsyncDisposable & { readonly at: string }> {
  const server = createServer((socket) => socket.destroy()).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    at: `127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      await once(server.close(), "close");
    },
  };
}

interface MissingDatabase extends OwnDatabase {
  isThere(): Promise<boolean>;
}

/** The same database, as a user who may do nothing. */
async function weakUser(url: string): Promise<AsyncDisposable & { readonly url: string }> {
  const weak = new URL(url);
  weak.username = `weak_${randomBytes(6).toString("hex")}`;
  weak.password = randomBytes(12).toString("hex");
  const server = urlOfDatabase(url, "postgres");
  const { username, password } = weak;
  await withClient(server, (client) =>
    client.query(`create role ${username} login password '${password}'`),
  );
  return {
    url: weak.href,
    async [Symbol.asyncDispose]() {
      await withClient(server, (client) => client.query(`drop role ${username}`));
    },
  };
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
