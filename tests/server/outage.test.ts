import { afterAll, expect, test } from "vitest";
import { syncSchema } from "../../runtime/postgres/apply/sync-schema.js";
import { startEmbeddedPostgres } from "../../runtime/postgres/embedded/start.js";
import { removeSeed, usedServerFolder } from "../postgres/embedded/temp-server-folder.js";
import { waitUntil } from "../postgres/embedded/wait-until.js";
import { builders, notesProject } from "./support/notes-project.js";
import { startTestServer } from "./support/test-server.js";

afterAll(removeSeed);

test("a server without its database says so, and goes on by itself once it is there", async () => {
  await using folder = await usedServerFolder();
  let database = await startEmbeddedPostgres(folder);
  const databaseUrl = database.url;
  await syncSchema({ url: databaseUrl, manifest: notesProject().manifest });
  await database[Symbol.asyncDispose]();

  let reading = false;
  let goOn = (): void => {};
  const { query } = builders;
  await using server = await startTestServer({
    databaseUrl,
    functions: {
      "slow.read": query({
        handler: async (ctx) => {
          await ctx.db.query("notes").count();
          await new Promise<void>((resolve) => {
            reading = true;
            goOn = resolve;
          });
          return await ctx.db.query("notes").count();
        },
      }),
    },
  });
  server.app.readiness.watch();
  const isReady = async (): Promise<boolean> => (await server.fetch("/readyz")).status === 200;
  const mutate = (mutationId: string, title: string): ReturnType<typeof server.post> =>
    server.post(
      "/api/mutation/notes.add",
      { title },
      { "convoy-client-id": "outage", "convoy-mutation-id": mutationId },
    );
  const down = { status: 503, code: "database-connection-lost", retryable: true };

  // Down from the start.
  const [alive, unready, query1, mutation1] = await Promise.all([
    server.fetch("/healthz"),
    server.fetch("/readyz"),
    server.post("/api/query/notes.count"),
    mutate("1", "one"),
  ]);
  expect(alive.status).toBe(200);
  for (const { json } of [unready, query1, mutation1]) expect(json).toMatchObject(down);
  expect(query1.headers.get("retry-after")).toBe("1");
  expect(query1.text).not.toContain("127.0.0.1");

  // Up: nobody has done anything but start it.
  database = await startEmbeddedPostgres(folder);
  await waitUntil("the server is ready", isReady);
  const sent = await mutate("1", "one");
  expect(sent.status).toBe(200);
  expect((await mutate("1", "one")).json).toEqual(sent.json);

  // Lost while a call has it.
  const interrupted = server.post("/api/query/slow.read");
  await waitUntil("the call reads", () => reading);
  await database[Symbol.asyncDispose]();
  goOn();
  expect((await interrupted).json).toMatchObject(down);
  expect((await mutate("2", "two")).json).toMatchObject(down);
  expect((await server.fetch("/healthz")).status).toBe(200);
  await waitUntil("the server knows", async () => !(await isReady()));

  database = await startEmbeddedPostgres(folder);
  await waitUntil("the server is ready again", isReady);
  expect((await mutate("2", "two")).status).toBe(200);
  expect((await mutate("2", "two")).status).toBe(200);
  expect((await server.post("/api/query/notes.count")).json).toEqual({ value: 2 });

  // One line for each change, however often it was looked at, and no password in any.
  const changes = server.logs
    .records()
    .map(({ msg }) => String(msg).split(":")[0])
    .filter((message) => message?.includes("ready"));
  expect(changes).toEqual(["not ready", "ready again", "not ready", "ready again"]);
  expect(server.logs.text()).not.toContain(new URL(databaseUrl).password);
  await database[Symbol.asyncDispose]();
});

test("a database that was never synced is told from one that is not there", async () => {
  await using folder = await usedServerFolder();
  await using database = await startEmbeddedPostgres(folder);
  await using server = await startTestServer({ databaseUrl: database.url });
  const call = await server.post("/api/query/notes.count");
  expect(call.json).toMatchObject({ status: 500, code: "schema-out-of-step" });
  expect((await server.fetch("/readyz")).json).toMatchObject({ code: "schema-out-of-step" });
  // Synced by somebody else: the server need not be started again.
  await syncSchema({ url: database.url, manifest: notesProject().manifest });
  expect((await server.post("/api/query/notes.count")).json).toEqual({ value: 0 });
});
