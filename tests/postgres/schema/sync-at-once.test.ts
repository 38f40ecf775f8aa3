import { Client } from "pg";
import { afterAll, expect, test } from "vitest";
import { index, manifest } from "../plan/manifests.js";
import { syncedDatabases } from "./synced-database.js";
import { both, expectSettled, insert, notes, users } from "./users-and-notes.js";

const databases = syncedDatabases();
afterAll(() => databases[Symbol.asyncDispose]());

test("one waits for the other, and neither fails", async () => {
  await using database = await databases.take();
  const other = manifest([{ ...users, indexes: [index("by_age", "age")] }, notes]);
  let waited = 0;
  const runs = [both, other, both, other].map((wanted) =>
    database.sync(wanted, { onWait: () => (waited += 1) }),
  );
  await Promise.all(runs);
  expect(waited).toBe(3);
  await database.sync(both);
  await expectSettled(database, both);
});

test("one that waits is in the way of no index that the other builds", async () => {
  await using database = await databases.take();
  await database.sync(manifest([{ ...users, indexes: [] }]));
  await insert(database, "users", [{ email: "a" }]);
  let second: Promise<unknown> | null = null;
  await database.sync(manifest([users]), {
    pause: async (point) => {
      if (point !== "index-registered") return;
      await new Promise<void>((resolve) => {
        second = database.sync(manifest([users]), { onWait: resolve });
      });
    },
  });
  await expect(second).resolves.toMatchObject({ steps: [] });
});

test("one that has waited too long says so", async () => {
  await using database = await databases.take();
  await database.sync(both, {
    pause: async (point) => {
      if (point !== "locked") return;
      await expect(database.sync(both, { lockPatienceMs: 0 })).rejects.toMatchObject({
        code: "schema-sync-locked",
        retryable: true,
      });
    },
  });
});

test("a table that others hold is waited for", async () => {
  await using database = await databases.take();
  await database.sync(both);
  const holder = new Client({ connectionString: database.url });
  await holder.connect();
  try {
    await holder.query("begin; lock table users in access share mode");
    const renames = [{ from: "users", to: "people" }];
    const renamed = manifest([{ ...users, name: "people" }]);
    let delays = 0;
    const timing = {
      random: () => 0,
      delay: async () => {
        delays += 1;
        if (delays === 2) await holder.query("rollback");
      },
    };
    await database.sync(renamed, { renames, timing });
    expect(delays).toBe(2);
    await expectSettled(database, renamed);
  } finally {
    await holder.end();
  }
});
