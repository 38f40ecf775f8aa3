import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { runConvoy } from "./run-convoy.js";

const anywhere = { cwd: os.tmpdir() };

test("--version prints the package's version", async () => {
  const manifest = path.join(import.meta.dirname, "..", "..", "package.json");
  const { version } = JSON.parse(await readFile(manifest, "utf8")) as { version: string };
  const { exitCode, stdout } = await runConvoy(["--version"], anywhere);
  expect(stdout).toBe(`${version}\n`);
  expect(exitCode).toBe(0);
});

test.runIf(process.platform !== "win32")(
  "the build can be run by its path, as npx does in a clone",
  async () => {
    const manifest = path.join(import.meta.dirname, "..", "..", "package.json");
    const { bin, version } = JSON.parse(await readFile(manifest, "utf8")) as {
      bin: { convoy: string };
      version: string;
    };
    const command = path.join(path.dirname(manifest), bin.convoy);
    const { stdout } = await promisify(execFile)(command, ["--version"], anywhere);
    expect(stdout).toBe(`${version}\n`);
  },
);

test.each([
  { args: ["--help"], shows: ["codegen", "check", "Examples:", "Exit codes:"] },
  { args: ["codegen", "--help"], shows: ["--check", "--watch", "--root <dir>", "Examples:"] },
  { args: ["check", "--help"], shows: ["--json", "--root <dir>", "Examples:"] },
  { args: ["help", "check"], shows: ["--json", "--root <dir>", "Examples:"] },
])("$args shows what there is, with examples", async ({ args, shows }) => {
  const { exitCode, stdout, stderr } = await runConvoy(args, anywhere);
  for (const text of shows) expect(stdout).toContain(text);
  expect(stderr).toBe("");
  expect(exitCode).toBe(0);
});

test.each([
  { args: [], says: "Usage: convoy" },
  { args: ["codgen"], says: "Did you mean codegen?" },
  { args: ["codegen", "--chek"], says: "Did you mean --check?" },
  { args: ["codegen", "--check", "--watch"], says: "cannot be used with" },
  { args: ["check", "--root"], says: "argument missing" },
  { args: ["check", "apps/chat"], says: "too many arguments" },
])("wrong usage, as in $args, is explained on standard error and exits 2", async (wrong) => {
  const { exitCode, stdout, stderr } = await runConvoy(wrong.args, anywhere);
  expect(stderr).toContain(wrong.says);
  expect(stdout).toBe("");
  expect(exitCode).toBe(2);
});

test.each([
  { terminal: true, env: {}, colored: true },
  { terminal: true, env: { NO_COLOR: "1" }, colored: false },
  { terminal: true, env: { TERM: "dumb" }, colored: false },
  { terminal: false, env: {}, colored: false },
  { terminal: false, env: { CI: "true" }, colored: false },
  { terminal: false, env: { FORCE_COLOR: "1" }, colored: true },
  { terminal: true, env: { FORCE_COLOR: "1", NO_COLOR: "1" }, colored: false },
])("colours: $colored on a terminal: $terminal with $env", async ({ terminal, env, colored }) => {
  const { stderr } = await runConvoy(["codgen"], { ...anywhere, terminal, env });
  expect(stderr.includes("\u001b[")).toBe(colored);
});
