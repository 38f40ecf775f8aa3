import path from "node:path";
import { expect, test } from "vitest";
import { createServer } from "vite";
import { startConvoy } from "../cli/run-convoy.js";
import { testDatabase } from "../support/postgres.js";
import { openPage } from "./open-page.js";

const repository = path.join(import.meta.dirname, "..", "..");
const root = path.join(repository, "fixtures", "quickstart");

test("the quickstart's page creates a project and shows it, also after a reload", async () => {
  await using database = await testDatabase();
  const options = { cwd: repository, env: { DATABASE_URL: database.url } };
  await using convoy = startConvoy(["dev", "--root", root, "--port", "0"], options);
  const said = await convoy.line(/^Functions http/);
  const functions = /http:\/\/localhost:\d+/.exec(said)?.[0] ?? "";
  const vite = await createServer({
    root: path.join(root, "web"),
    logLevel: "error",
    // A run of its own beside others: nothing is shared but the sources.
    cacheDir: path.join(repository, "node_modules/.cache/convoy/tests/vite"),
    server: {
      port: 0,
      host: "localhost",
      hmr: false,
      proxy: { "/api": { target: functions, ws: true } },
    },
  });
  try {
    await vite.listen();
    await using page = await openPage();
    const problems: string[] = [];
    page.on("pageerror", (error) => problems.push(error.message));
    await page.goto(vite.resolvedUrls?.local[0] ?? "");

    await page.getByText("No projects yet").waitFor();
    for (const name of ["Website", "Mobile app"]) {
      await page.getByLabel("Name of the project").fill(name);
      await page.getByRole("button", { name: "Create" }).click();
      await page.getByRole("listitem").filter({ hasText: name }).waitFor();
    }
    await page.reload();
    await page.getByRole("listitem").filter({ hasText: "Website" }).waitFor();
    const names = await page.locator("li .name").allTextContents();
    expect(names).toEqual(["Mobile app", "Website"]);
    expect(problems).toEqual([]);
  } finally {
    await vite.close();
  }
  expect(await convoy.interrupt()).toBe(process.platform === "win32" ? null : 0);
});
