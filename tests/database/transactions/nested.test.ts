import { expect, test } from "vitest";
import type { WriteSession } from "../../../runtime/database/session/session.js";
import { runMutation } from "../../../runtime/database/transactions/mutation.js";
import { createPool } from "../../../runtime/postgres/pool/pool.js";
import { databaseWith, jsonCodec, rows, statement } from "./database.js";

const insert = (session: WriteSession, item: string) =>
  session.runChecked(statement("insert into items values ($1)"), [item]);

async function items(session: WriteSession): Promise<readonly (string | null | undefined)[]> {
  const found = await rows(session, "select item from items order by item");
  return found.map(([item]) => item);
}

async function inMutation(
  work: (session: WriteSession) => Promise<void>,
): Promise<{ readonly result: unknown; readonly stored: unknown }> {
  await using database = await databaseWith("create table items (item text primary key)");
  await using pool = createPool({ url: database.url, max: 2 });
  const options = { codec: jsonCodec };
  const result = await runMutation<unknown>(pool, work, options).catch((error: unknown) => error);
  const stored = await runMutation<unknown>(pool, items, options);
  return { result, stored };
}

test("a nested part that fails is undone, and the rest goes on", async () => {
  const { stored } = await inMutation(async (session) => {
    await insert(session, "before");
    const failing = session.nested(async (inner) => {
      await insert(inner, "inside");
      throw new Error("no");
    });
    await expect(failing).rejects.toThrow("no");
    await insert(session, "after");
  });
  expect(stored).toEqual(["after", "before"]);
});

test("a nested part that succeeds stays, with those inside it that did", async () => {
  const { stored } = await inMutation(async (session) => {
    await session.nested(async (outer) => {
      await insert(outer, "a");
      await expect(
        outer.nested(async (inner) => {
          await insert(inner, "b");
          throw new Error("no");
        }),
      ).rejects.toThrow("no");
      await outer.nested((inner) => insert(inner, "c"));
    });
    await insert(session, "d");
  });
  expect(stored).toEqual(["a", "c", "d"]);
});

test("a statement that Postgres refuses inside is undone with its part", async () => {
  const { stored } = await inMutation(async (session) => {
    await insert(session, "a");
    await expect(
      session.nested(async (inner) => {
        await insert(inner, "b");
        await insert(inner, "a");
      }),
    ).rejects.toMatchObject({ code: "unique-violation" });
    await insert(session, "c");
  });
  expect(stored).toEqual(["a", "c"]);
});

test("parts and statements that do not wait for one another are kept apart", async () => {
  const { stored } = await inMutation(async (session) => {
    const failing = session.nested(async (inner) => {
      await insert(inner, "undone");
      await items(inner);
      throw new Error("no");
    });
    await Promise.all([
      expect(failing).rejects.toThrow("no"),
      insert(session, "beside"),
      session.nested((inner) => insert(inner, "next")),
    ]);
  });
  expect(stored).toEqual(["beside", "next"]);
});

test("a part that nobody waits for fails the mutation, and nothing of it is written", async () => {
  const { result, stored } = await inMutation(async (session) => {
    await insert(session, "a");
    void session
      .nested(async (inner) => {
        await insert(inner, "b");
        await insert(inner, "c");
      })
      .catch(() => {});
  });
  expect(result).toMatchObject({ code: "transaction-ended" });
  expect(stored).toEqual([]);
});

test("what a failing part did not wait for is undone with it", async () => {
  const { stored } = await inMutation(async (session) => {
    await insert(session, "a");
    // Makes the attempt run again, with a savepoint for each statement that may fail.
    await insert(session, "a").catch(() => {});
    const failing = session.nested(async (inner) => {
      for (const item of ["b", "c", "d"]) void insert(inner, item);
      throw new Error("no");
    });
    await expect(failing).rejects.toThrow("no");
    await insert(session, "e");
  });
  expect(stored).toEqual(["a", "e"]);
});

test("a part cannot be used after it has ended", async () => {
  await inMutation(async (session) => {
    let kept: WriteSession | undefined;
    await session.nested(async (inner) => {
      kept = inner;
      await insert(inner, "a");
    });
    await expect(insert(kept as WriteSession, "b")).rejects.toMatchObject({
      code: "transaction-ended",
    });
  });
});
