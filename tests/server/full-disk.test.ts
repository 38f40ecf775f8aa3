/** A disk that is really full: a small one that this test mounts, as only root may on Linux. */
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import type { FunctionRegistry } from "../../runtime/functions/run/registry.js";
import { syncSchema } from "../../runtime/postgres/apply/sync-schema.js";
import { withClient } from "../../runtime/postgres/embedded/database-client.js";
import { startEmbeddedPostgres } from "../../runtime/postgres/embedded/start.js";
import {
  removeSeed,
  tempServerFolder,
  usedServerFolder,
} from "../postgres/embedded/temp-server-folder.js";
import { waitUntil } from "../postgres/embedded/wait-until.js";
import { builders, notesProject } from "./support/notes-project.js";
import { startTestServer, type TestServer } from "./support/test-server.js";

afterAll(removeSeed);

/** How many notes a mutation writes: a quarter of a megabyte. */
const NOTES_AT_ONCE = 200;

const { query, mutation } = builders;
const functions: FunctionRegistry = {
  "notes.addMany": mutation({
    args: {},
    async handler(ctx) {
      for (let note = 0; note < NOTES_AT_ONCE; note += 1) {
        await ctx.db.insert("notes", { title: randomBytes(960).toString("base64") });
      }
    },
  }),
  "notes.count": query({ handler: (ctx) => ctx.db.query("notes").count() }),
};

const canMount = mountsDisks();

test.runIf(canMount)(
  "a document that finds no room is refused, and none is half there",
  async () => {
    await using folder = await usedServerFolder();
    using disk = smallDisk(path.join(folder.base, "disk"), 48);
    await using postgres = await startEmbeddedPostgres(folder);
    const { uid, gid } = statSync(folder.files.data);
    chownSync(disk.folder, uid, gid);
    // Its tables are on the small disk; its write-ahead log is not, and so it can go on.
    const url = new URL(postgres.url);
    await withClient(postgres.url, async (client) => {
      await client.query(`create tablespace small location '${disk.folder}'`);
      await client.query("create database full_disk tablespace small");
      // Its pages have room on the disk once they are written, and reading may have to write them.
      await client.query("checkpoint");
    });
    url.pathname = "/full_disk";
    await syncSchema({ url: url.href, manifest: notesProject().manifest });
    await using server = await startTestServer({ databaseUrl: url.href, functions });

    const { written, refused } = await writeUntilRefused(server);
    expect(refused).toMatchObject({
      status: 507,
      json: { code: "database-disk-full", retryable: false },
    });
    expect(refused.text).not.toMatch(/insert|tablespace|base\//i);
    expect(await countNotes(server)).toBe(written * NOTES_AT_ONCE);

    disk.makeRoom();
    expect((await write(server, written)).status).toBe(200);
    expect(await countNotes(server)).toBe((written + 1) * NOTES_AT_ONCE);
  },
);

test.runIf(canMount)("a server whose whole disk is full goes on once there is room", async () => {
  await using folder = await tempServerFolder();
  using disk = smallDisk(path.dirname(path.dirname(folder.dataDir)), 160);
  await using postgres = await startEmbeddedPostgres(folder);
  await syncSchema({ url: postgres.url, manifest: notesProject().manifest });
  await using server = await startTestServer({ databaseUrl: postgres.url, functions });

  const { written, refused } = await writeUntilRefused(server);
  // Without room for its log, Postgres stops rather than lie, and starts again.
  expect([503, 507]).toContain(refused.status);
  expect((await server.fetch("/healthz")).status).toBe(200);

  disk.makeRoom();
  await waitUntil("the note is written", async () => (await write(server, written)).status === 200);
  expect(await countNotes(server)).toBe((written + 1) * NOTES_AT_ONCE);
});

interface SmallDisk extends Disposable {
  readonly folder: string;
  /** Removes what it was filled with from the start: a third of it. */
  makeRoom(): void;
}

function smallDisk(folder: string, megabytes: number): SmallDisk {
  mkdirSync(folder, { recursive: true });
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m,mode=777`, "tmpfs", folder]);
  const filler = path.join(folder, "filler");
  writeFileSync(filler, Buffer.alloc((megabytes * 2 ** 20) / 3));
  return {
    folder,
    makeRoom: () => rmSync(filler),
    // Lazily: the server may hold a file for a moment yet.
    [Symbol.dispose]: () => execFileSync("umount", ["--lazy", folder]),
  };
}

function mountsDisks(): boolean {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return false;
  const folder = mkdtempSync(path.join(os.tmpdir(), "convoy-disk-"));
  chmodSync(folder, 0o755);
  try {
    smallDisk(folder, 1)[Symbol.dispose]();
    return true;
  } catch {
    // A container, for one, has root and may mount nothing.
    return false;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function writeUntilRefused(server: TestServer) {
  for (let written = 0; ; written += 1) {
    const answer = await write(server, written);
    if (answer.status !== 200) return { written, refused: answer };
  }
}

/** The notes of this number, once, however often it is sent. */
function write(server: TestServer, number: number): ReturnType<TestServer["post"]> {
  return server.post(
    "/api/mutation/notes.addMany",
    {},
    { "convoy-client-id": "full-disk", "convoy-mutation-id": String(number) },
  );
}

async function countNotes(server: TestServer): Promise<unknown> {
  const answer = await server.post("/api/query/notes.count");
  // What else it says tells why there is no count.
  expect(answer).toMatchObject({ status: 200 });
  return answer.json.value;
}
