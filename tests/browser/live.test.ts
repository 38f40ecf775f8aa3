import { once } from "node:events";
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from "node:net";
import path from "node:path";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { createServer } from "vite";
import { withClient } from "../../runtime/postgres/embedded/database-client.js";
import { startConvoy } from "../cli/run-convoy.js";
import { testDatabase } from "../support/postgres.js";
import { openPage } from "./open-page.js";

const repository = path.join(import.meta.dirname, "..", "..");
const root = path.join(repository, "fixtures", "quickstart");

test("two tabs show what psql and the other one write, also after they were cut off", async () => {
  await using database = await testDatabase();
  const options = { cwd: repository, env: { DATABASE_URL: database.url } };
  await using convoy = startConvoy(["dev", "--root", root, "--port", "0"], options);
  const said = await convoy.line(/^Functions http/);
  await using line = await openLine(Number(/http:\/\/localhost:(\d+)/.exec(said)?.[1]));
  const vite = await createServer({
    root: path.join(root, "web"),
    logLevel: "silent",
    cacheDir: path.join(repository, "node_modules/.cache/convoy/tests/vite-live"),
    server: {
      port: 0,
      host: "localhost",
      hmr: false,
      proxy: { "/api": { target: `http://127.0.0.1:${line.port}`, ws: true } },
    },
  });
  try {
    await vite.listen();
    const url = vite.resolvedUrls?.local[0] ?? "";
    await using first = await openPage();
    await first.goto(url);
    await first.getByText("No projects yet").waitFor();
    // Of the same browser, so of the same user.
    const second = await first.context().newPage();
    await second.goto(url);
    await second.getByText("No projects yet").waitFor();

    await create(first, "From a tab");
    await shows(second, "From a tab");

    const bySql = (name: string): Promise<unknown> =>
      withClient(database.url, (client) =>
        client.query(
          `insert into projects (doc) select jsonb_build_object('name', $1::text, 'userId', id,
             'status', 'active', 'createdAt', extract(epoch from now()) * 1000) from users`,
          [name],
        ),
      );
    await bySql("From psql");
    await Promise.all([shows(first, "From psql"), shows(second, "From psql")]);

    line.cut();
    await bySql("Written meanwhile");
    const creating = create(first, "Queued here");
    line.mend();
    await creating;
    for (const page of [first, second]) {
      await shows(page, "Written meanwhile");
      await shows(page, "Queued here");
    }
    const names = await second.locator("li .name").allTextContents();
    expect(names.toSorted()).toEqual(
      ["From a tab", "From psql", "Queued here", "Written meanwhile"].toSorted(),
    );
  } finally {
    await vite.close();
  }
  expect(await convoy.interrupt()).toBe(process.platform === "win32" ? null : 0);
});

async function create(page: Page, name: string): Promise<void> {
  await page.getByLabel("Name of the project").fill(name);
  await page.getByRole("button", { name: "Create" }).click();
  await shows(page, name);
}

async function shows(page: Page, name: string): Promise<void> {
  await page.getByRole("listitem").filter({ hasText: name }).waitFor();
}

/** What is between the page and its server, which can be cut. */
async function openLine(
  target: number,
): Promise<{ readonly port: number; cut(): void; mend(): void } & AsyncDisposable> {
  const sockets = new Set<Socket>();
  let isCut = false;
  const server = createTcpServer((socket) => {
    socket.on("error", () => {});
    if (isCut) return void socket.destroy();
    const upstream = connect(target, "127.0.0.1");
    upstream.on("error", () => {});
    for (const each of [socket, upstream]) sockets.add(each);
    socket.on("close", () => upstream.destroy());
    upstream.on("close", () => socket.destroy());
    socket.pipe(upstream).pipe(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    cut() {
      isCut = true;
      for (const socket of sockets) socket.destroy();
      sockets.clear();
    },
    mend() {
      isCut = false;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
