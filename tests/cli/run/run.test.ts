import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { runProgram } from "../../../cli/program.js";
import { tempProject } from "../../support/temp-project.js";
import { memoryEnvironment } from "../memory-channel.js";
import { runHere } from "../run-here.js";

test.each([{ url: "localhost:3210" }, { url: "nonsense" }, { url: "ftp://localhost" }])(
  "run calls nothing at $url, which is no URL of a server",
  async ({ url }) => {
    await using project = await tempProject("quickstart");
    for (const more of [[], ["--watch"]]) {
      const args = ["run", "projects.listProjects", "{}", ...more];
      const { exitCode, stderr } = await runHere([...args, "--url", url], project.root);
      expect(exitCode).toBe(2);
      expect(stderr).toMatch(/^error invalid-setting: --url is not .*http:\/\/localhost:3210/);
      const environment = { ...memoryEnvironment({ cwd: project.root }), env: { CONVOY_URL: url } };
      expect(await runProgram(args, environment)).toBe(2);
      expect(environment.err.text).toContain("CONVOY_URL is not");
    }
  },
);

test("run calls a server that is mounted below a path of its host", async () => {
  await using project = await tempProject("quickstart");
  const asked: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url);
    response.end('{ "value": 1 }');
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/convoy/`;
  const args = ["run", "projects.listProjects", "{}", "--url", url];
  expect(await runHere(args, project.root)).toMatchObject({ exitCode: 0, stdout: "1\n" });
  expect(asked).toEqual(["/convoy/api/query/projects.listProjects"]);
  server.closeAllConnections();
  await once(server.close(), "close");
});

test("run says of an internal function that it is one, and names those that can be called", async () => {
  await using project = await tempProject("quickstart");
  const file = "convoy/_generated/manifest.json";
  const manifest = JSON.parse(await project.read(file)) as { functions: object[] };
  const secret = { ...manifest.functions[0], path: "admin.secret", visibility: "internal" };
  const functions = [...manifest.functions, secret];
  await project.write(file, JSON.stringify({ ...manifest, functions }));
  const internal = await runHere(["run", "admin.secret"], project.root);
  expect(internal.exitCode).toBe(2);
  expect(internal.stderr).toMatch(/^error function-not-found: .*"admin\.secret" is internal/);
  const missing = await runHere(["run", "admin.nothing"], project.root);
  expect(missing.stderr).toContain("users.signIn");
  expect(missing.stderr).not.toContain("admin.secret");
});
