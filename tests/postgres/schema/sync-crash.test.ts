import { afterAll, expect, test } from "vitest";
import { escapeLiteral } from "pg";
import type { Manifest } from "../../../compiler/model/manifest.js";
import type { PausePoint } from "../../../runtime/postgres/apply/pause.js";
import { idOf, index, manifest, number, oneOf, table, text, unique } from "../plan/manifests.js";
import { type SyncedDatabase, syncedDatabases } from "./synced-database.js";

const databases = syncedDatabases();
afterAll(() => databases[Symbol.asyncDispose]());

/** Of every kind of change, one. */
const before: Manifest = manifest([
  table("gone", { text }),
  table("old", { text, owner: idOf("old") }, { indexes: [index("by_owner", "owner")] }),
  table(
    "tasks",
    { status: text, "size?": number, n: number },
    { indexes: [index("by_n", "n"), index("by_status", "status")], promoted: ["size"] },
  ),
  table("void", { a: text, b: text }, { indexes: [index("by_b", "b")] }),
]);
const after: Manifest = manifest([
  table("fresh", { text, n: number }, { indexes: [unique("one_n", "n")] }),
  table("renamed", { text, owner: idOf("renamed") }, { indexes: [index("by_owner", "owner")] }),
  table(
    "tasks",
    { status: oneOf("open", "done"), size: number, n: number },
    { indexes: [unique("by_n", "n"), index("by_size", "size")], promoted: ["size"] },
  ),
  table("void", { a: text, b: text }, { indexes: [index("by_b", "b")], promoted: ["b"] }),
]);
const options = { allowDrop: ["gone"], renames: [{ from: "old", to: "renamed" }] };

async function fill(database: SyncedDatabase): Promise<void> {
  await database.sync(before);
  await database.rows(`insert into tasks (doc, size)
    select jsonb_build_object('status', 'open', 'n', n), n from generate_series(1, 20) n`);
  await database.rows(`insert into old (doc) values ('{"text": "a"}')`);
  await database.rows("update old set doc = jsonb_set(doc, '{owner}', to_jsonb(id))");
  await database.rows(`insert into gone (doc) values ('{"text": "a"}')`);
}

/** The tables, and all that is in them. */
async function stateOf(database: SyncedDatabase): Promise<string> {
  const tables = await database.rows<{ name: string }>(
    "select tablename as name from pg_tables where schemaname = 'public' order by tablename",
  );
  const counts = [];
  for (const { name } of tables) {
    counts.push(name, await database.rows(`select count(*) from ${name}`));
  }
  const [version] = await database.rows(
    "select hash from _convoy.schema_versions order by id desc limit 1",
  );
  return `${await database.describe()}${JSON.stringify([counts, version])}`;
}

interface Moment {
  readonly point: PausePoint;
  readonly kind: string;
  readonly at: number;
}

/** The pauses of a whole run, one of each kind, and what it leads to. */
async function wholeRun(): Promise<{
  readonly moments: readonly Moment[];
  readonly state: string;
}> {
  await using database = await databases.take();
  await fill(database);
  const moments = new Map<string, Moment>();
  let at = 0;
  await database.sync(after, {
    ...options,
    pause: async (point, step) => {
      const kind = step?.kind ?? "";
      // Before a step is after another one, and after the last one is too late.
      const isLast = point === "after-step" && kind === "record-manifest";
      if (point !== "before-step" && !isLast) moments.set(`${point} ${kind}`, { point, kind, at });
      at += 1;
    },
  });
  return { moments: [...moments.values()], state: await stateOf(database) };
}

test("a run that ends at any point is gone on with by the next one, to the same end", async () => {
  const { moments, state } = await wholeRun();
  const points = new Set(moments.map(({ point }) => point));
  expect([...points].toSorted()).toEqual([
    "after-step",
    "before-commit",
    "between-statements",
    "index-built",
    "index-dropped",
    "index-registered",
    "locked",
  ]);
  for (const { point, kind, at } of moments) {
    const moment = `${point} ${kind}`;
    await using database = await databases.take();
    await fill(database);
    let reached = 0;
    const run = database.sync(after, {
      ...options,
      pause: async () => {
        if (reached++ === at) await killRuns(database);
      },
    });
    await expect(run, moment).rejects.toMatchObject({
      code: "database-connection-lost",
      retryable: true,
    });
    await database.sync(after, options);
    expect(await stateOf(database), moment).toBe(state);
    const { steps, problems } = await database.plan(after);
    expect([...steps, ...problems]).toEqual([]);
  }
});

test("runs that end one after another, each a little later, get to the end all the same", async () => {
  const { state } = await wholeRun();
  await using database = await databases.take();
  await fill(database);
  let isDone = false;
  for (let last = 1; !isDone; last += 1) {
    let reached = 0;
    const run = database.sync(after, {
      ...options,
      pause: async (point) => {
        if (point === "after-step" && ++reached === last) await killRuns(database);
      },
    });
    isDone = await run.then(
      () => true,
      (error: unknown) => (error as { code?: string }).code !== "database-connection-lost",
    );
  }
  expect(await stateOf(database)).toBe(state);
});

/** Ends the connections of all runs, and waits until they are gone. */
async function killRuns(database: SyncedDatabase): Promise<void> {
  await database.rows(
    `select pg_terminate_backend(pid, 5000) from pg_stat_activity
     where application_name = ${escapeLiteral("convoy sync")} and datname = current_database()`,
  );
}
