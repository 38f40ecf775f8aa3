import { expect, test } from "vitest";
import { systemClock } from "../../../cli/clock.js";
import type { Front } from "../../../cli/dev/front.js";
import type { FunctionServers } from "../../../cli/dev/function-servers.js";
import { runDev } from "../../../cli/dev/run.js";
import type { Environment } from "../../../cli/environment.js";
import { runProgram } from "../../../cli/program.js";
import { withClient } from "../../../runtime/postgres/embedded/database-client.js";
import { openSession } from "../../support/analyse.js";
import { testDatabase } from "../../support/postgres.js";
import { tempProject } from "../../support/temp-project.js";
import { memoryEnvironment } from "../memory-channel.js";
import { runConvoy, startConvoy } from "../run-convoy.js";

const generated = "convoy/_generated";

test("dev serves the project, makes edits live, and keeps serving what works", async () => {
  await using database = await testDatabase();
  await using project = await tempProject("quickstart", { without: [generated] });
  const env = { DATABASE_URL: database.url };
  await using convoy = startConvoy(["dev", "--port", "0"], { cwd: project.root, env });
  const started = await convoy.line(/^Functions http/);
  expect(started).toContain("created table projects");
  expect(started).not.toContain(new URL(database.url).password || "\0");
  const url = /http:\/\/localhost:\d+/.exec(started)?.[0] ?? "";
  const run = async (name: string, args: object): Promise<unknown> => {
    const command = ["run", name, JSON.stringify(args), "--url", url];
    const { exitCode, stdout, output } = await runConvoy(command, { cwd: project.root });
    expect(exitCode, output).toBe(0);
    return JSON.parse(stdout) as unknown;
  };

  const userId = await run("users.signIn", { deviceId: "d1" });
  const first = await run("projects.createProject", { userId, name: "First" });
  expect(await run("projects.listProjects", { userId })).toMatchObject([
    { _id: first, name: "First", status: "planning" },
  ]);

  const args = JSON.stringify({ userId });
  const watch = ["run", "projects.listProjects", args, "--url", url, "--watch"];
  await using watching = startConvoy(watch, { cwd: project.root });
  await watching.line(/^\]/);

  const functions = await project.read("convoy/functions/projects.ts");
  const edited = functions.replace('status: "planning"', 'status: "active"');
  await project.write("convoy/functions/projects.ts", edited);
  await convoy.line(/^ready 3 functions/);
  await run("projects.createProject", { userId, name: "Second" });
  expect(await run("projects.listProjects", { userId })).toMatchObject([
    { name: "Second", status: "active" },
    { name: "First" },
  ]);
  // It has gone on with the server that came after the edit.
  expect(await watching.line(/^\]/)).toContain('"name": "Second"');
  expect(await watching.interrupt()).toBe(process.platform === "win32" ? null : 0);

  await project.write("convoy/functions/projects.ts", `${edited}export const broken = (`);
  await convoy.line(/^Found \d+ error/);
  expect(await run("projects.listProjects", { userId })).toHaveLength(2);

  await project.write("convoy/functions/projects.ts", `${edited}throw new Error("at import");`);
  expect(await convoy.line(/^held back/)).toContain("at import");
  expect(await run("projects.listProjects", { userId })).toHaveLength(2);
  await project.write("convoy/functions/projects.ts", edited);
  await convoy.line(/^ready 3 functions/);

  const schema = await project.read("convoy/schema.ts");
  await project.write(
    "convoy/schema.ts",
    schema.replace(".index(", '.index("by_name", ["name"])\n    .index('),
  );
  expect(await convoy.line(/^ready 3 functions/)).toContain("built index by_name of projects");
  const indexes = await withClient(database.url, (client) =>
    client.query("select from pg_indexes where indexname like 'projects_by_name_%'"),
  );
  expect(indexes.rowCount).toBe(1);

  await project.remove(generated);
  await convoy.line(/^Restored \d+ files/);
  // Windows knows no signals: the process is ended there.
  expect(await convoy.interrupt()).toBe(process.platform === "win32" ? null : 0);
});

test("a promise that nobody awaits does not end what dev serves", async () => {
  await using database = await testDatabase();
  await using project = await tempProject("quickstart");
  await project.write(
    "convoy/functions/stray.ts",
    `import { mutation } from "../_generated/server";
export const left = mutation({
  handler: (ctx) => {
    const helper = async (): Promise<void> => {
      await ctx.db.insert("users", { deviceId: 7 as never, createdAt: 0 });
    };
    void helper();
    return "answered";
  },
});`,
  );
  const env = { DATABASE_URL: database.url };
  await using convoy = startConvoy(["dev", "--port", "0"], { cwd: project.root, env });
  const url = /http:\/\/localhost:\d+/.exec(await convoy.line(/^Functions http/))?.[0] ?? "";
  const call = async (): Promise<unknown> => {
    const response = await fetch(`${url}/api/mutation/stray.left`, { method: "POST" });
    return await response.json();
  };
  expect(await call()).toEqual({ value: "answered" });
  expect(await convoy.line(/nothing awaits/)).toContain("invalid-document");
  expect(await call()).toEqual({ value: "answered" });
});

test("dev --once generates and syncs; plan and deploy say what is left, and do it", async () => {
  await using database = await testDatabase();
  await using project = await tempProject("quickstart", { without: [generated] });
  const env = { DATABASE_URL: database.url };
  const convoy = (...args: string[]) => runConvoy(args, { cwd: project.root, env });

  const once = await convoy("dev", "--once");
  expect(once).toMatchObject({ exitCode: 0 });
  expect(once.stdout).toContain("created table users");
  expect((await convoy("plan")).stdout).toContain("There is nothing to do.");

  const schema = await project.read("convoy/schema.ts");
  await project.write(
    "convoy/schema.ts",
    schema.replace(".index(", '.index("by_name", ["name"])\n    .index('),
  );
  const stale = await convoy("deploy");
  expect(stale.exitCode).toBe(1);
  expect(stale.output).toContain("out of date: run convoy codegen");

  await convoy("codegen");
  const plan = JSON.parse((await convoy("plan", "--json")).stdout) as {
    steps: { kind: string }[];
  };
  expect(plan.steps.map(({ kind }) => kind)).toContain("create-index");
  const deployed = await convoy("deploy");
  expect(deployed, deployed.output).toMatchObject({ exitCode: 0 });
  expect(deployed.stdout).toContain("built index by_name of projects");
});

test("dev says what is wrong with the database and the port", async () => {
  await using project = await tempProject("quickstart");
  const env = { DATABASE_URL: "postgresql://nobody@127.0.0.1:1/nowhere" };
  const { exitCode, stderr } = await runConvoy(["dev", "--once"], { cwd: project.root, env });
  expect(exitCode).toBe(2);
  expect(stderr).toContain("database-connection-lost");
  const port = await runConvoy(["dev", "--port", "x"], { cwd: project.root, env });
  expect(port).toMatchObject({ exitCode: 2 });
  expect(port.stderr).toContain("invalid-setting");
});

test("Ctrl-C ends dev at once while it still looks for the database", async () => {
  await using project = await tempProject("quickstart");
  let isHeld = false;
  const environment: Environment = {
    ...memoryEnvironment({ cwd: project.root }),
    env: { DATABASE_URL: "postgresql://nobody@127.0.0.1:1/nowhere" },
    untilStopped: () => {
      isHeld = true;
      return new AbortController().signal;
    },
  };
  expect(await runProgram(["dev", "--port", "0"], environment)).toBe(2);
  // From then on it would only be noted, and heard once the server has answered.
  expect(isHeld).toBe(false);
});

test("Ctrl-C during the first analysis, or while the functions load, has nothing more begun", async () => {
  await using database = await testDatabase();
  await using project = await tempProject("quickstart");
  const kindsUntilStopped = async (at: "analysis" | "start"): Promise<readonly string[]> => {
    const stop = new AbortController();
    const servers: FunctionServers = {
      prepare: () => {
        if (at === "analysis") stop.abort();
      },
      start: () => {
        stop.abort();
        return new Promise(() => {});
      },
      retire: () => {},
      [Symbol.asyncDispose]: async () => {},
    };
    const front: Front = {
      port: 0,
      switchTo: () => {},
      [Symbol.asyncDispose]: async () => {},
    };
    const kinds: string[] = [];
    for await (const { kind } of runDev({
      session: openSession(project.root),
      database: { ...database, embedded: false, created: null },
      serving: { front, servers },
      logLevel: "warn",
      allowedOrigins: [],
      clock: systemClock,
      signal: stop.signal,
    })) {
      kinds.push(kind);
    }
    return kinds;
  };
  expect(await kindsUntilStopped("analysis")).toEqual(["analysed"]);
  expect(await kindsUntilStopped("start")).toEqual(["analysed", "synced"]);
});

test.each([
  { CONVOY_ALLOWED_ORIGINS: "app.example.com" },
  { CONVOY_ALLOWED_ORIGINS: "https://app.example.com, https://app.example.com/path" },
  { CONVOY_LOG_LEVEL: "loud" },
])("dev starts nothing with %o, which the server would not take", async (variable) => {
  await using project = await tempProject("quickstart");
  const environment = {
    ...memoryEnvironment({ cwd: project.root }),
    env: { DATABASE_URL: "postgresql://nobody@127.0.0.1:1/nowhere", ...variable },
  };
  expect(await runProgram(["dev", "--port", "0"], environment)).toBe(2);
  expect(environment.err.text).toContain(`invalid-setting: ${Object.keys(variable)[0]} is not`);
  expect(environment.out.text).toBe("");
});
