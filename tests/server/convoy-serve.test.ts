import { once } from "node:events";
import os from "node:os";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { syncSchema } from "../../runtime/postgres/apply/sync-schema.js";
import type { OwnDatabase } from "../../runtime/postgres/embedded/template-database.js";
import { waitUntil } from "../postgres/embedded/wait-until.js";
import { testDatabase } from "../support/postgres.js";
import { runTspc } from "../support/tspc.js";
import { quickstart, tsconfig } from "../transformer/build-project.js";
import { convoyServe, type Folder, folderWith, type Served } from "./support/convoy-serve.js";
import { notesProject } from "./support/notes-project.js";
import { notesDatabase } from "./support/test-server.js";

const { manifest } = notesProject();

/** As tsc emits them, without extensions in the imports of what a person wrote. */
const serverModule = `
import { createFunctionBuilders } from "convoy/server";
export const { query, mutation, action } = createFunctionBuilders();
`;
const notesModule = `
import { mutation, query, action } from "../_generated/server";
import { z } from "zod";
export const add = mutation({
  args: { title: z.string() },
  handler: (ctx, args) => ctx.db.insert("notes", args),
});
export const count = query({ handler: (ctx) => ctx.db.query("notes").count() });
export const mode = action({ handler: () => process.env.NODE_ENV });
export const stray = action({
  handler: () => { void Promise.reject(new Error("nobody awaits this")); return "answered"; },
});
export const explode = action({
  handler: () => { setTimeout(() => { throw new Error("in a timer"); }); return "answered"; },
});
export const wait = action({
  handler: () => new Promise((resolve) => {
    process.on("message", (message) => message === "release" && resolve("ended in peace"));
    process.send("waiting");
  }),
});
`;
const schemaModule = `
import { defineSchema, defineTable } from "convoy";
import { z } from "zod";
export default defineSchema({
  notes: defineTable({ title: z.string() }).unique("by_title", ["title"]),
});
`;
const names = ["add", "count", "mode", "stray", "explode", "wait"];
const functionsModule = `
import * as notes from "../functions/notes.js";
import schema from "../schema.js";
export { schema };
export const functions = { ${names.map((name) => `"notes.${name}": notes.${name}`).join(", ")} };
`;
const manifestText = JSON.stringify({
  ...manifest,
  functions: names.map((name) => ({ path: `notes.${name}`, kind: "action", visibility: "public" })),
});

const build: Readonly<Record<string, string>> = {
  "package.json": '{ "type": "module" }',
  "dist/convoy/_generated/server.js": serverModule,
  "dist/convoy/_generated/functions.js": functionsModule,
  "dist/convoy/functions/notes.js": notesModule,
  "dist/convoy/schema.js": schemaModule,
  // tsc copies no JSON.
  "convoy/_generated/manifest.json": manifestText,
};

async function call(url: string, kind: string, name: string): Promise<unknown> {
  const response = await fetch(`${url}/api/${kind}/notes.${name}`, { method: "POST" });
  return await response.json();
}

let database: OwnDatabase;
let project: Folder;
beforeAll(async () => {
  database = await notesDatabase();
  project = await folderWith(build);
});
afterAll(async () => {
  await project[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

describe("a build", () => {
  test("is served from JavaScript, and TypeScript is never loaded", async () => {
    const refuse = `
      import { register } from "node:module";
      register("data:text/javascript," + encodeURIComponent(\`
        export async function resolve(specifier, context, next) {
          if (/^(?:typescript|tsx|ts-patch|esbuild)(?:\\\\/|$)/.test(specifier) || /\\\\/compiler\\\\//.test(specifier)) {
            throw new Error("must not be loaded: " + specifier);
          }
          return next(specifier, context);
        }\`));
    `;
    const loader = `data:text/javascript,${encodeURIComponent(refuse)}`;
    const env = { DATABASE_URL: database.url };
    const served = convoyServe([], { cwd: project.root, env, node: ["--import", loader] });
    const url = await served.url();
    expect(await call(url, "query", "count")).toEqual({ value: 0 });
    expect(await call(url, "action", "mode")).toEqual({ value: "production" });
    served.child.kill("SIGTERM");
    expect(await served.exit).toBe(0);
    expect(served.output()).not.toContain("must not be loaded");
  });

  test("is found by the folder that is named, and its database by the .env of that", async () => {
    await using other = await folderWith({ ...build, ".env": `DATABASE_URL=${database.url}\n` });
    const served = convoyServe([other.root, "--port", "0"], { cwd: os.tmpdir() });
    expect(await call(await served.url(), "query", "count")).toEqual({ value: 0 });
    served.child.kill("SIGINT");
    expect(await served.exit).toBe(0);
  });

  test("of the quickstart by tspc is served as it is", async () => {
    await using own = await testDatabase();
    // Only the project: its outputs are where tsc puts them when nothing is beside it.
    await using built = await quickstart({
      "tsconfig.json": tsconfig({
        compilerOptions: { lib: ["es2023", "dom"] },
        include: ["convoy"],
      }),
    });
    expect(await runTspc(built)).toEqual({ exitCode: 0, output: "" });
    const text = await built.read("convoy/_generated/manifest.json");
    await syncSchema({ url: own.url, manifest: JSON.parse(text) as never });
    await built.write("package.json", '{ "type": "module" }');
    const served = convoyServe([], { cwd: built.root, env: { DATABASE_URL: own.url } });
    const response = await fetch(`${await served.url()}/api/mutation/users.signIn`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: '{"deviceId":"1"}',
    });
    expect(response.status).toBe(200);
    served.child.kill("SIGTERM");
    expect(await served.exit).toBe(0);
  });
});

describe("what the project's code throws outside of calls", () => {
  test("in a promise is logged, and in a timer ends the server in order", async () => {
    const served = convoyServe([], { cwd: project.root, env: { DATABASE_URL: database.url } });
    const url = await served.url();
    expect(await call(url, "action", "stray")).toEqual({ value: "answered" });
    await waitUntil("it is logged", () => served.output().includes("nobody awaits this"));
    expect(await call(url, "query", "count")).toEqual({ value: 0 });
    expect(await call(url, "action", "explode")).toEqual({ value: "answered" });
    expect(await served.exit).toBe(1);
    expect(served.output()).toContain("in a timer");
    expect(served.output()).toContain('"msg":"stopped"');
  });
});

describe("a signal", () => {
  const isStopping = (served: Served) => (): boolean => served.output().includes("stopping");

  async function waiting(): Promise<{ readonly served: Served; readonly call: Promise<unknown> }> {
    const served = convoyServe([], { cwd: project.root, env: { DATABASE_URL: database.url } });
    const url = await served.url();
    const waits = once(served.child, "message");
    const ending = call(url, "action", "wait").catch((error: unknown) => error);
    await waits;
    return { served, call: ending };
  }

  test("lets the running call end", async () => {
    const { served, call } = await waiting();
    served.child.kill("SIGTERM");
    await waitUntil("it stops", isStopping(served));
    served.child.send("release");
    expect(await call).toEqual({ value: "ended in peace" });
    expect(await served.exit).toBe(0);
  });

  test("that comes a second time does not", async () => {
    const { served, call } = await waiting();
    served.child.kill("SIGINT");
    await waitUntil("it stops", isStopping(served));
    served.child.kill("SIGTERM");
    expect(await served.exit).toBe(128 + 15);
    expect(await call).toBeInstanceOf(TypeError);
  });

  test("may be a message, where there are no signals", async () => {
    const served = convoyServe([], { cwd: project.root, env: { DATABASE_URL: database.url } });
    await served.url();
    served.child.send("shutdown");
    expect(await served.exit).toBe(0);
  });
});

test("a start that cannot be says why in a line", async () => {
  await using empty = await folderWith({});
  const env = { DATABASE_URL: database.url };
  const served = convoyServe([], { cwd: empty.root, env });
  expect(await served.exit).toBe(2);
  expect(served.output()).toMatch(/^error build-not-found: There is no built project in .*\n$/);
  const misspelt = convoyServe(["--prot", "1"], { cwd: empty.root, env });
  expect(await misspelt.exit).toBe(2);
  expect(misspelt.output()).toContain("unknown option '--prot'");
});

test("without its database it starts, lives, and says what it waits for", async () => {
  const env = { DATABASE_URL: "postgresql://nobody:hunter2@127.0.0.1:1/none" };
  const served = convoyServe([], { cwd: project.root, env });
  const url = await served.url();
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  const readyz = await fetch(`${url}/readyz`);
  expect(readyz.status).toBe(503);
  expect(await readyz.json()).toMatchObject({ code: "database-connection-lost", retryable: true });
  served.child.kill("SIGTERM");
  expect(await served.exit).toBe(0);
  // What a process writes may arrive after its answers.
  expect(served.output()).toContain("not ready: ");
  expect(served.output()).not.toContain("hunter2");
});

test("help and version are printed", async () => {
  const help = convoyServe(["--help"], { cwd: os.tmpdir() });
  expect(await help.exit).toBe(0);
  expect(help.output()).toMatch(/^Usage: convoy-serve /);
  const version = convoyServe(["--version"], { cwd: os.tmpdir() });
  expect(await version.exit).toBe(0);
  expect(version.output()).toMatch(/^\d+\.\d+\.\d+\n$/);
});
