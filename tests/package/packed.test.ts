/** The package as npm would publish it, in a project that has nothing else, on Node and on Bun. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { testDatabase } from "../support/postgres.js";
import { findBun, type PackedProject, packedProject } from "./packed-project.js";

const isWindows = process.platform === "win32";
const bun = findBun();

let project: PackedProject;
beforeAll(async () => {
  project = await packedProject();
});
afterAll(() => project[Symbol.asyncDispose]());

test("npx convoy dev --once makes a new project ready, and npx convoy dev answers its clients", async () => {
  await using database = await testDatabase();
  const env = { DATABASE_URL: database.url };
  const once = await run("npx", ["convoy", "dev", "--once"], env).ended;
  expect(once, once.output).toMatchObject({ code: 0 });
  expect(once.output).toContain("created table projects");

  const dev = run("npx", ["convoy", "dev", "--port", "0"], env);
  const url = /http:\/\/localhost:\d+/.exec(await dev.line(/^Functions http/))?.[0] ?? "";
  await writeClient();
  // What strict settings say of the client, and of the declarations that we publish.
  const [nodenext, bundler] = await Promise.all(
    ["nodenext", "bundler"].map((name) => runTsc(`tsconfig.${name}.json`)),
  );
  expect(nodenext, nodenext?.output).toMatchObject({ code: 0, output: "" });
  expect(bundler, bundler?.output).toMatchObject({ code: 0, output: "" });

  const onNode = await run(process.execPath, ["out/src/client.js", url, "On Node"]).ended;
  expect(onNode, onNode.output).toMatchObject({ code: 0, output: `["On Node"]\n` });
  if (bun !== null) {
    // Its sources, as they are.
    const onBun = await run(bun, ["src/client.ts", url, "On Bun"]).ended;
    expect(onBun, onBun.output).toMatchObject({ code: 0, output: `["On Bun","On Node"]\n` });
  }
  dev.stop();
  // npx, and all that it started: each holds the output.
  await dev.ended;
});

// Where there is no Bun for a platform, npm installs none: see findBun.
test.runIf(bun !== null)("bunx convoy dev --once makes it ready without Node", async () => {
  await using database = await testDatabase();
  await project.remove("convoy/_generated");
  const once = await run(bun ?? "", ["x", "--bun", "convoy", "dev", "--once"], {
    DATABASE_URL: database.url,
  }).ended;
  expect(once, once.output).toMatchObject({ code: 0 });
  expect(once.output).toContain("created table projects");
  expect(once.output).toMatch(/Wrote \d+ files/);
});

async function writeClient(): Promise<void> {
  const strict = {
    target: "es2023",
    lib: ["es2023", "dom"],
    types: [],
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    noPropertyAccessFromIndexSignature: true,
    verbatimModuleSyntax: true,
    isolatedModules: true,
    // Our own declarations too.
    skipLibCheck: false,
  };
  const files = ["src/client.ts", "src/types-alone.ts"];
  const config = (compilerOptions: object): string =>
    JSON.stringify({ compilerOptions: { ...strict, ...compilerOptions }, files });
  await Promise.all([
    project.write("package.json", '{ "name": "app", "version": "1.0.0", "type": "module" }\n'),
    project.write(
      "tsconfig.nodenext.json",
      config({ module: "nodenext", outDir: "out", rootDir: "." }),
    ),
    project.write(
      "tsconfig.bundler.json",
      config({ module: "esnext", moduleResolution: "bundler", noEmit: true }),
    ),
    project.write("src/client.ts", client),
    project.write("src/types-alone.ts", typesAlone),
  ]);
}

const client = `import { createConvoyClient } from "convoy/client";
import { api } from "../convoy/_generated/api.js";
import type { Doc } from "../convoy/_generated/dataModel.js";

declare const process: { readonly argv: readonly string[] };
const [, , url = "", name = ""] = process.argv;
const client = createConvoyClient({ url });
const userId = await client.mutation(api.users.signIn, { deviceId: "d1" });
await client.mutation(api.projects.createProject, { userId, name });
const projects: Doc<"projects">[] = await client.query(api.projects.listProjects, { userId });
console.log(JSON.stringify(projects.map((project) => project.name)));
// @ts-expect-error -- A project has a name.
export const unnamed = () => client.mutation(api.projects.createProject, { userId });
`;

const typesAlone = `import { createConvoyClient } from "convoy/client";
import type { Api } from "../convoy/_generated/api.js";

const client = createConvoyClient<Api>({ url: "http://localhost:3210" });
// @ts-expect-error -- There is no such function.
export const missing = client.api.projects.listProject;
export const signIn = (deviceId: string): Promise<string> =>
  client.mutation(client.api.users.signIn, { deviceId });
`;

function runTsc(config: string): Promise<Ended> {
  const tsc = path.join(project.root, "node_modules", "typescript", "lib", "tsc.js");
  return run(process.execPath, [tsc, "--project", config]).ended;
}

interface Ended {
  readonly code: number | null;
  readonly output: string;
}

interface Running {
  readonly ended: Promise<Ended>;
  /** Waits for a line, and gives all that was said until then. */
  line(matching: RegExp): Promise<string>;
  stop(): void;
}

/** Runs a command in the project. Whatever is not installed there is not fetched. */
function run(command: string, args: readonly string[], env: Record<string, string> = {}): Running {
  const { NO_COLOR: _1, FORCE_COLOR: _2, NODE_OPTIONS: _3, ...inherited } = process.env;
  const child = spawn(command, args, {
    cwd: project.root,
    env: { ...inherited, npm_config_offline: "true", npm_config_loglevel: "silent", ...env },
    // npx is a script there.
    shell: isWindows && command === "npx",
    // A group of its own: npx and what it runs are ended together.
    detached: !isWindows,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const signal = (name: NodeJS.Signals): void => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    if (isWindows) child.kill(name);
    else process.kill(-child.pid, name);
  };
  onTestFinished(() => signal("SIGKILL"));
  let output = "";
  let heard = (): void => {};
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      heard();
    });
  }
  const ended = once(child, "close").then(([code]) => ({ code: code as number | null, output }));
  return {
    ended,
    async line(matching) {
      const found = (): boolean =>
        output
          .split("\n")
          .slice(0, -1)
          .some((one) => matching.test(one));
      while (!found()) {
        const next = new Promise<"heard">((resolve) => {
          heard = () => resolve("heard");
        });
        if ((await Promise.race([next, ended])) !== "heard") {
          throw new Error(`It ended without a line like ${matching}:\n${output}`);
        }
      }
      return output;
    },
    stop: () => signal("SIGINT"),
  };
}
