import type { FunctionRunner } from "../../functions/run/runner.js";
import { databaseError } from "../../postgres/errors/database-error.js";
import { failureOf } from "../../postgres/errors/sqlstate.js";
import type { LiveQuery } from "../query/live-query.js";
import { type Result, ValueResult } from "../query/result.js";
import { ReadSet } from "../read-set/read-set.js";
import type { SnapshotTransaction } from "./snapshot-transaction.js";

/** What came of a query on a snapshot. */
export interface QueryRun {
  readonly result: Result;
  readonly reads: ReadSet;
}

export interface QueryEnvironment {
  readonly runner: Pick<FunctionRunner, "runQueryOn">;
  /** Makes the result of a query that has thrown. */
  readonly failed: (name: string, error: unknown) => Result;
}

/** Queries that run at the same time: more would only wait for one another's statements. */
const LANES = 64;

/**
 * Runs queries on one snapshot. Where a statement has failed that nobody expected to, the snapshot
 * is lost: all are to be run `again`, on another one, with that query guarded.
 *
 * @throws {ConvoyError} where the connection was lost.
 */
export async function runQueries(
  transaction: SnapshotTransaction,
  environment: QueryEnvironment,
  queries: ReadonlySet<LiveQuery>,
): Promise<ReadonlyMap<LiveQuery, QueryRun> | "again"> {
  const runs = new Map<LiveQuery, QueryRun>();
  const open = [...queries].filter((query) => !query.isGuarded);
  let next = 0;
  const runLane = async (): Promise<void> => {
    for (;;) {
      const query = open[next++];
      if (query === undefined || transaction.failure !== null) return;
      const run = await runQuery(transaction, environment, query);
      if (run !== null) runs.set(query, run);
    }
  };
  await Promise.all(Array.from({ length: Math.min(LANES, open.length) }, runLane));
  const { failure } = transaction;
  if (failure !== null) {
    if (failureOf(failure) === "other" && open.some((query) => query.isGuarded)) return "again";
    throw databaseError(failure, "statement");
  }
  for (const query of queries) {
    if (runs.has(query)) continue;
    const run = await transaction.guarded(() => runQuery(transaction, environment, query));
    if (run !== null) runs.set(query, run);
  }
  return runs;
}

/** @returns `null` where the snapshot was lost meanwhile, for all who share it. */
async function runQuery(
  transaction: SnapshotTransaction,
  { runner, failed }: QueryEnvironment,
  query: LiveQuery,
): Promise<QueryRun | null> {
  const reads = new ReadSet();
  const isAlone = query.isGuarded;
  using session = transaction.session(reads);
  try {
    const value = await runner.runQueryOn(session, query.name, query.args);
    return { result: new ValueResult(value), reads };
  } catch (error) {
    // It will run again, and then what is wrong with it, if anything is, will be its own.
    if (!isAlone && transaction.failure !== null) return null;
    return { result: failed(query.name, error), reads };
  } finally {
    // Also where the handler has caught it and gone on.
    if (session.hasFailed) query.isGuarded = true;
  }
}
