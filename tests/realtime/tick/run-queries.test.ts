import { expect, test } from "vitest";
import { createPool } from "../../../runtime/postgres/pool/pool.js";
import type { LiveQuery } from "../../../runtime/realtime/query/live-query.js";
import { type Result, ValueResult } from "../../../runtime/realtime/query/result.js";
import { runQueries } from "../../../runtime/realtime/tick/run-queries.js";
import { SnapshotTransaction } from "../../../runtime/realtime/tick/snapshot-transaction.js";
import { testDatabase } from "../../support/postgres.js";

function liveQuery(name: string): LiveQuery {
  const rest = { args: {}, result: null, reads: null, isGuarded: false, watches: new Set<never>() };
  return { key: name, name, ...rest };
}

test("a statement that fails is reported once, and of its own query alone", async () => {
  await using database = await testDatabase();
  await using pool = createPool({ url: database.url });
  const reported: string[] = [];
  const failed = (name: string): Result => {
    reported.push(name);
    return new ValueResult("failed");
  };
  const runQueryOn = async (
    session: Parameters<Parameters<typeof runQueries>[1]["runner"]["runQueryOn"]>[0],
    name: string,
  ) => {
    await session.runRaw(name === "bad" ? "select 1 / 0" : "select 1", []);
    return name;
  };
  const queries = new Set(["before", "bad", "behind"].map(liveQuery));
  const run = async () => {
    const transaction = await SnapshotTransaction.begin(pool);
    const runs = await runQueries(transaction, { runner: { runQueryOn }, failed }, queries);
    await transaction.end();
    return runs;
  };
  expect(await run()).toBe("again");
  expect(reported).toEqual([]);
  const runs = await run();
  const values = [...queries].map((query) => runs !== "again" && runs.get(query)?.result);
  expect(values).toMatchObject([{ json: '"before"' }, { json: '"failed"' }, { json: '"behind"' }]);
  expect(reported).toEqual(["bad"]);
});
