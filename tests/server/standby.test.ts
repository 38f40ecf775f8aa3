import { writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { withClient } from "../../runtime/postgres/embedded/database-client.js";
import { syncSchema } from "../../runtime/postgres/apply/sync-schema.js";
import { startEmbeddedPostgres } from "../../runtime/postgres/embedded/start.js";
import { removeSeed, usedServerFolder } from "../postgres/embedded/temp-server-folder.js";
import { waitUntil } from "../postgres/embedded/wait-until.js";
import { notesProject } from "./support/notes-project.js";
import { startTestServer } from "./support/test-server.js";

afterAll(removeSeed);

test("a mutation that meets a standby is not kept there, and may be sent again", async () => {
  await using folder = await usedServerFolder();
  const primary = await startEmbeddedPostgres(folder);
  const databaseUrl = primary.url;
  await syncSchema({ url: databaseUrl, manifest: notesProject().manifest });
  const { rows } = await withClient(databaseUrl, (client) =>
    client.query<{ data_directory: string }>("show data_directory"),
  );
  await primary[Symbol.asyncDispose]();
  await writeFile(path.join(rows[0]?.data_directory ?? "", "standby.signal"), "");
  await using _standby = await startEmbeddedPostgres(folder);
  await using server = await startTestServer({ databaseUrl });
  const add = (title: string, id: object): ReturnType<typeof server.post> =>
    server.post("/api/mutation/notes.add", { title }, { ...id });
  const id = { "convoy-client-id": "failover", "convoy-mutation-id": "1" };

  const standby = { status: 503, code: "database-is-standby", retryable: true };
  expect((await add("one", {})).json).toMatchObject(standby);
  expect((await add("two", id)).json).toMatchObject(standby);
  // The next one may lead to the new primary.
  await waitUntil("the connections are given up", () => server.backend.pool.size === 0);

  await withClient(databaseUrl, (client) => client.query("select pg_promote()"));
  expect((await add("two", id)).status).toBe(200);
  expect((await server.post("/api/query/notes.count")).json.value).toBe(1);
});
