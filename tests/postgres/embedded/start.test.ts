import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import {
  chmod,
  chown,
  mkdir,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  writeFile,
} from "node:fs/promises";
import net from "node:net";
import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { prepareBinaries } from "../../../runtime/postgres/embedded/binaries.js";
import { withClient } from "../../../runtime/postgres/embedded/database-client.js";
import {
  isRunning,
  readPostmasterFile,
} from "../../../runtime/postgres/embedded/postmaster-pid.js";
import { choosePort } from "../../../runtime/postgres/embedded/port.js";
import { serverEnvironment } from "../../../runtime/postgres/embedded/run-program.js";
import { serverUser } from "../../../runtime/postgres/embedded/server-user.js";
import { startEmbeddedPostgres } from "../../../runtime/postgres/embedded/start.js";
import { isRoot, normalUser, ownerArguments, spawnOwner, unnamedUser } from "./spawn-owner.js";
import {
  readKeeperPid,
  removeSeed,
  type TempServerFolder,
  tempServerFolder,
  usedServerFolder,
} from "./temp-server-folder.js";
import { waitUntil } from "./wait-until.js";

afterAll(removeSeed);

describe("a server", () => {
  test("is made on a first start, and keeps its data and its URL", async () => {
    await using folder = await tempServerFolder();
    const first = await startEmbeddedPostgres(folder);
    expect(first.adopted).toBe(false);
    expect(await settingsOf(first.url)).toEqual({
      encoding: "UTF8",
      locale: "C",
      fsync: "on",
      listen: "127.0.0.1",
      connections: "100",
    });
    await insertRow(first.url, "kept");
    await first[Symbol.asyncDispose]();
    expect(isRunning(first.pid)).toBe(false);

    await using second = await startEmbeddedPostgres(folder);
    expect(second.url).toBe(first.url);
    expect(await rowsIn(second.url)).toEqual(["kept"]);
    expect((await stat(folder.files.password)).mode & 0o777).toBe(0o600);
  });

  test("takes nobody without the password", async () => {
    await using folder = await usedServerFolder();
    await using server = await startEmbeddedPostgres(folder);
    const url = new URL(server.url);
    url.password = "guessed";
    await expect(rowsIn(url.href)).rejects.toMatchObject({ code: "28P01" });
  });

  test("starts for a normal user", async () => {
    await using folder = await tempServerFolder();
    if (isRoot) await chown(folder.base, normalUser.uid, normalUser.gid);
    await using owner = await spawnOwner({ dataDir: folder.dataDir }, normalUser);
    await insertRow(owner.url, "mine");
    expect(await rowsIn(owner.url)).toEqual(["mine"]);
  });

  test.runIf(isRoot && process.platform === "linux")(
    "runs as nobody when root starts it",
    async () => {
      await using folder = await usedServerFolder();
      await using server = await startEmbeddedPostgres(folder);
      expect((await stat(`/proc/${server.pid}`)).uid).toBe(65_534);
    },
  );

  test.runIf(isRoot)("of a normal user's folder runs as that user for root", async () => {
    await using folder = await tempServerFolder();
    await chown(folder.base, normalUser.uid, normalUser.gid);
    const theirs = await spawnOwner({ dataDir: folder.dataDir }, normalUser);
    await theirs.stop();
    await using server = await startEmbeddedPostgres(folder);
    expect((await stat(`/proc/${server.pid}`)).uid).toBe(normalUser.uid);
  });

  test.runIf(isRoot)("keeps its data elsewhere when nobody may enter the folder", async () => {
    await using folder = await tempServerFolder();
    await chmod(folder.base, 0o700);
    await using server = await startEmbeddedPostgres(folder);
    await insertRow(server.url, "kept");
    const data = await realpath(folder.files.data);
    expect(path.dirname(data)).toBe("/var/lib/convoy");
    await server[Symbol.asyncDispose]();
    await using again = await startEmbeddedPostgres(folder);
    expect(await rowsIn(again.url)).toEqual(["kept"]);
    await again[Symbol.asyncDispose]();
    await rm(data, { recursive: true });
  });

  test("takes another port when another program has its own", async () => {
    await using folder = await usedServerFolder();
    const before = await startEmbeddedPostgres(folder);
    await before[Symbol.asyncDispose]();
    const port = Number(new URL(before.url).port);
    const other = net.createServer().listen(port, "127.0.0.1");
    await once(other, "listening");
    try {
      await using server = await startEmbeddedPostgres(folder);
      expect(Number(new URL(server.url).port)).not.toBe(port);
    } finally {
      other.close();
    }
  });
});

describe("several owners", () => {
  test("share one server, and the last one out stops it", async () => {
    await using folder = await usedServerFolder();
    const first = await startEmbeddedPostgres(folder);
    const second = await startEmbeddedPostgres(folder);
    await using third = await spawnOwner({ dataDir: folder.dataDir });
    expect([first, second, third].map(({ adopted }) => adopted)).toEqual([false, true, true]);
    expect(new Set([first, second, third].map(({ pid }) => pid)).size).toBe(1);
    await first[Symbol.asyncDispose]();
    await third.stop();
    expect(await rowsIn(second.url)).toEqual([]);
    await second[Symbol.asyncDispose]();
    expect(isRunning(first.pid)).toBe(false);
  });

  test("that start at once on an empty folder get one server", async () => {
    await using folder = await tempServerFolder();
    const owners = await Promise.all([
      spawnOwner({ dataDir: folder.dataDir }),
      spawnOwner({ dataDir: folder.dataDir }),
      startEmbeddedPostgres(folder),
    ]);
    expect(new Set(owners.map(({ pid }) => pid)).size).toBe(1);
    expect(owners.filter(({ adopted }) => !adopted)).toHaveLength(1);
    await Promise.all(owners.map((owner) => owner[Symbol.asyncDispose]()));
    expect(isRunning(owners[0].pid)).toBe(false);
  });

  test("may come while the server stops", async () => {
    await using folder = await usedServerFolder();
    const first = await startEmbeddedPostgres(folder);
    const [, second] = await Promise.all([
      first[Symbol.asyncDispose](),
      startEmbeddedPostgres(folder),
    ]);
    expect(await rowsIn(second.url)).toEqual([]);
    await second[Symbol.asyncDispose]();
  });
});

describe("after kill -9", () => {
  test("of its only owner, the server stops and has what was committed", async () => {
    await using folder = await usedServerFolder();
    const owner = await spawnOwner({ dataDir: folder.dataDir });
    await insertRow(owner.url, "committed");
    const keeper = await readKeeperPid(folder.files);
    await owner.kill();
    await waitUntil("server and keeper are gone", () => ![owner.pid, keeper].some(isRunning));
    await using server = await startEmbeddedPostgres(folder);
    expect(server.adopted).toBe(false);
    expect(await rowsIn(server.url)).toEqual(["committed"]);
  });

  test("of an owner in the middle of its start, nothing stays and the next one starts", async () => {
    await using folder = await tempServerFolder();
    const child = spawn(process.execPath, ownerArguments({ dataDir: folder.dataDir }), {
      stdio: ["pipe", "ignore", "inherit"],
    });
    await waitUntil("it has taken the lock", () => exists(folder.files.lock));
    child.kill("SIGKILL");
    await once(child, "exit");
    await using server = await startEmbeddedPostgres(folder);
    expect(await rowsIn(server.url)).toEqual([]);
  });

  test("of one owner, the server goes on for the other", async () => {
    await using folder = await usedServerFolder();
    const owner = await spawnOwner({ dataDir: folder.dataDir });
    await using server = await startEmbeddedPostgres(folder);
    await owner.kill();
    expect(await rowsIn(server.url)).toEqual([]);
    expect(isRunning(owner.pid)).toBe(true);
  });

  test("of server, keeper and owner, the next start recovers what was committed", async () => {
    await using folder = await usedServerFolder();
    const owner = await spawnOwner({ dataDir: folder.dataDir });
    await insertRow(owner.url, "committed");
    process.kill(await readKeeperPid(folder.files), "SIGKILL");
    process.kill(owner.pid, "SIGKILL");
    await owner.kill();
    await using server = await startEmbeddedPostgres(folder);
    expect(server.adopted).toBe(false);
    expect(await rowsIn(server.url)).toEqual(["committed"]);
    expect(await readFile(folder.files.log, "utf8")).toContain("automatic recovery");
  });

  test("of owner and keeper, the next start adopts the server", async () => {
    await using folder = await usedServerFolder();
    const owner = await spawnOwner({ dataDir: folder.dataDir });
    const keeper = await readKeeperPid(folder.files);
    // Neither has time to see the other go.
    process.kill(keeper, "SIGSTOP");
    await owner.kill();
    process.kill(keeper, "SIGKILL");
    await using server = await startEmbeddedPostgres(folder);
    expect(server).toMatchObject({ adopted: true, pid: owner.pid });
    expect(await rowsIn(server.url)).toEqual([]);
    await server[Symbol.asyncDispose]();
    expect(isRunning(owner.pid)).toBe(false);
  });

  test("of its keeper, an owner gets a new one for the same server", async () => {
    await using folder = await usedServerFolder();
    const server = await startEmbeddedPostgres(folder);
    const keeper = await readKeeperPid(folder.files);
    process.kill(keeper, "SIGKILL");
    await waitUntil(
      "there is a new keeper",
      async () => (await readKeeperPid(folder.files)) !== keeper,
    );
    expect(await rowsIn(server.url)).toEqual([]);
    const { pid } = server;
    await server[Symbol.asyncDispose]();
    expect(isRunning(pid)).toBe(false);
  });

  test("of the server, an owner gets it back at the same URL", async () => {
    await using folder = await usedServerFolder();
    await using server = await startEmbeddedPostgres(folder);
    const { pid } = server;
    process.kill(pid, "SIGKILL");
    await waitUntil("there is a new server", () => server.pid !== pid);
    expect(await rowsIn(server.url)).toEqual([]);
  });
});

describe("a stale postmaster.pid", () => {
  test.each([
    ["of a process that is gone", 2 ** 22 - 3],
    ["whose number another program has now", process.pid],
  ])("%s is no obstacle", async (_, pid) => {
    await using folder = await usedServerFolder();
    await writeFile(
      path.join(folder.files.data, "postmaster.pid"),
      `${pid}\n${folder.files.data}\n1700000000\n5432\n\n127.0.0.1\n  5432001     65536\nready   \n`,
    );
    await using server = await startEmbeddedPostgres(folder);
    expect(server.adopted).toBe(false);
    expect(await rowsIn(server.url)).toEqual([]);
  });
});

describe("is refused with a code", () => {
  test("a folder that another Postgres serves, which goes on", async () => {
    await using folder = await usedServerFolder();
    const user = await serverUser(folder.files.data);
    const { postgres } = await prepareBinaries({ user });
    const port = await choosePort(path.join(folder.base, "port"), null);
    const foreign = spawn(
      postgres,
      ["-D", folder.files.data, "-p", `${port}`, "-c", "unix_socket_directories="],
      { cwd: "/", env: serverEnvironment(), stdio: "ignore", ...user },
    );
    const ended = once(foreign, "exit");
    try {
      await waitUntil("the foreign server is ready", async () => {
        return (await readPostmasterFile(folder.files.data))?.status === "ready";
      });
      await expect(startEmbeddedPostgres(folder)).rejects.toMatchObject({
        code: "postgres-folder-in-use",
        message: expect.stringContaining(`process ${foreign.pid}`) as string,
      });
      expect(isRunning(foreign.pid!)).toBe(true);
    } finally {
      foreign.kill("SIGINT");
      await ended;
    }
  });

  test("data without a version", async () => {
    await using folder = await tempServerFolder();
    await mkdir(folder.files.data, { recursive: true });
    await writeFile(path.join(folder.files.data, "notes.txt"), "mine");
    await expectRefusal(folder, "postgres-folder-invalid");
    expect(await readFile(path.join(folder.files.data, "notes.txt"), "utf8")).toBe("mine");
  });

  test("data of another major version", async () => {
    await using folder = await usedServerFolder();
    await writeFile(path.join(folder.files.data, "PG_VERSION"), "15\n");
    await expectRefusal(folder, "postgres-version-mismatch");
  });

  test("a folder that is itself the data of a Postgres", async () => {
    await using folder = await tempServerFolder();
    await mkdir(folder.dataDir, { recursive: true });
    await writeFile(path.join(folder.dataDir, "PG_VERSION"), "18\n");
    await expectRefusal(folder, "postgres-folder-invalid");
  });

  test("data whose password is gone", async () => {
    await using folder = await usedServerFolder();
    await rm(folder.files.password);
    await expectRefusal(folder, "postgres-folder-invalid");
  });

  test("data that is damaged, with what Postgres says", async () => {
    await using folder = await usedServerFolder();
    await rename(
      path.join(folder.files.data, "global"),
      path.join(folder.files.data, "not-global"),
    );
    await expectRefusal(folder, "postgres-start-failed");
  });

  test("a file in place of the folder", async () => {
    await using folder = await tempServerFolder();
    await mkdir(path.dirname(folder.dataDir), { recursive: true });
    await writeFile(folder.dataDir, "");
    await expectRefusal(folder, "postgres-folder-inaccessible");
  });

  test.runIf(isRoot)("a user without a name", async () => {
    await using folder = await tempServerFolder();
    await chown(folder.base, unnamedUser.uid, unnamedUser.gid);
    await expect(spawnOwner({ dataDir: folder.dataDir }, unnamedUser)).rejects.toMatchObject({
      code: "postgres-user-unnamed",
    });
  });

  test("another user's folder", async () => {
    await using folder = await usedServerFolder();
    await chmod(folder.dataDir, 0o000);
    try {
      await expect(spawnOwner({ dataDir: folder.dataDir }, normalUser)).rejects.toMatchObject({
        code: "postgres-folder-inaccessible",
      });
    } finally {
      await chmod(folder.dataDir, 0o711);
    }
  });
});

async function expectRefusal(folder: TempServerFolder, code: string): Promise<void> {
  await expect(startEmbeddedPostgres(folder)).rejects.toMatchObject({ name: "ConvoyError", code });
}

async function settingsOf(url: string): Promise<Record<string, string>> {
  return await withClient(url, async (client) => {
    const { rows } = await client.query<Record<string, string>>(
      `select pg_encoding_to_char(encoding) as encoding, datcollate as locale,
         current_setting('fsync') as fsync,
         current_setting('listen_addresses') as listen,
         current_setting('max_connections') as connections
       from pg_database where datname = current_database()`,
    );
    return rows[0]!;
  });
}

async function insertRow(url: string, text: string): Promise<void> {
  await withClient(url, async (client) => {
    await client.query("create table if not exists kept (text text not null)");
    await client.query("insert into kept values ($1)", [text]);
  });
}

async function rowsIn(url: string): Promise<string[]> {
  return await withClient(url, async (client) => {
    const { rows: tables } = await client.query("select from pg_tables where tablename = 'kept'");
    if (tables.length === 0) return [];
    const { rows } = await client.query<{ text: string }>("select text from kept");
    return rows.map(({ text }) => text);
  });
}

function exists(file: string): boolean {
  try {
    readFileSync(file);
    return true;
  } catch {
    return false;
  }
}
