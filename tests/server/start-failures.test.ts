import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import type { ServeArguments } from "../../cli/serve/arguments.js";
import { serve } from "../../cli/serve/serve.js";
import { readServerSettings } from "../../runtime/server/settings.js";
import { folderWith } from "./support/convoy-serve.js";
import { logLines } from "./support/log-lines.js";

/** Nobody listens there. */
const named = { DATABASE_URL: "postgresql://nobody:hunter2@127.0.0.1:1/none" };

const generated = "dist/convoy/_generated";
const functionsFile = `${generated}/functions.js`;
const manifest = JSON.stringify({ version: 1, tables: [], types: {}, functions: [] });
const build: Readonly<Record<string, string>> = {
  "package.json": '{ "type": "module" }',
  [functionsFile]: "export const functions = {}, schema = { tables: {} };",
  [`${generated}/manifest.json`]: manifest,
};
const thrown = "throw new Error('mine');";
const withManifest = (text: string): typeof build => ({
  ...build,
  [`${generated}/manifest.json`]: text,
});
const oneFunction = manifest.replace(
  '"functions":[]',
  '"functions":[{"path":"a.b","kind":"query","visibility":"public"}]',
);

async function start(
  root: string,
  env: Readonly<Record<string, string>>,
  args: Partial<ServeArguments> = {},
): Promise<AsyncDisposable> {
  return await serve({
    args: { dir: ".", port: null, host: null, ...args },
    settings: readServerSettings(env),
    cwd: root,
    env,
    log: logLines().log,
  });
}

test.each<[string, Readonly<Record<string, string>>, Readonly<Record<string, string>>]>([
  ["build-not-found", {}, named],
  ["build-is-typescript", { "convoy/_generated/functions.ts": "" }, named],
  ["manifest-not-found", { [functionsFile]: "" }, named],
  ["manifest-unreadable", withManifest("{"), named],
  ["manifest-unreadable", withManifest('{ "version": 2 }'), named],
  ["project-load-failed", { ...build, [functionsFile]: "export const x = 1;" }, named],
  ["project-load-failed", { ...build, [functionsFile]: thrown }, named],
  ["project-load-failed", { ...build, [functionsFile]: "import './missing.js';" }, named],
  ["build-out-of-date", withManifest(oneFunction), named],
  ["database-url-missing", build, {}],
  ["database-url-missing", { ...build, ".env": "DATABASE_URL=\n" }, {}],
  ["database-url-invalid", build, { DATABASE_URL: "not a url with hunter2" }],
  ["invalid-setting", build, { ...named, PORT: "http" }],
  ["invalid-setting", build, { ...named, PORT: "65536" }],
  ["invalid-setting", build, { ...named, CONVOY_LOG_LEVEL: "loud" }],
  ["invalid-setting", build, { ...named, CONVOY_ALLOWED_ORIGINS: "example.com" }],
  ["invalid-setting", build, { ...named, CONVOY_ALLOWED_ORIGINS: "https://Example.com" }],
  ["invalid-setting", build, { ...named, CONVOY_DATABASE_CONNECTIONS: "0" }],
])("%s stops the start (%#)", async (code, files, env) => {
  await using folder = await folderWith(files);
  const error: unknown = await start(folder.root, env).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code });
  expect((error as Error).message).not.toContain("hunter2");
});

test("a module that throws is named with its error, which is the cause", async () => {
  await using folder = await folderWith({ ...build, [functionsFile]: thrown });
  const error: unknown = await start(folder.root, named).catch((reason: unknown) => reason);
  expect((error as Error).message).toContain("Error: mine");
  expect((error as Error).cause).toBeInstanceOf(Error);
});

test("a port that is in use, and an address of another machine, are told apart", async () => {
  await using folder = await folderWith(build);
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const { port } = other.address() as AddressInfo;
  await expect(start(folder.root, named, { port, host: "127.0.0.1" })).rejects.toMatchObject({
    code: "port-in-use",
  });
  await expect(start(folder.root, named, { port: 0, host: "192.0.2.1" })).rejects.toMatchObject({
    code: "address-not-available",
  });
  other.close();
});

test("settings are read from the environment, and an empty one is none", () => {
  expect(readServerSettings({ PORT: "", CONVOY_LOG_LEVEL: "" })).toEqual({
    port: null,
    host: null,
    logLevel: null,
    allowedOrigins: [],
    databaseConnections: null,
  });
  const env = {
    PORT: "8080",
    HOST: "127.0.0.1",
    CONVOY_LOG_LEVEL: "WARN",
    CONVOY_ALLOWED_ORIGINS: "https://a.example, http://localhost:* * capacitor://localhost",
    CONVOY_DATABASE_CONNECTIONS: "25",
  };
  expect(readServerSettings(env)).toEqual({
    port: 8080,
    host: "127.0.0.1",
    logLevel: "warn",
    allowedOrigins: ["https://a.example", "http://localhost:*", "*", "capacitor://localhost"],
    databaseConnections: 25,
  });
});
