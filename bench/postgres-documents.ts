import type { Benchmark, Row } from "./benchmark.js";
import { convoyContender } from "./documents/convoy-contender.js";
import { openDatabase } from "./documents/database.js";
import { drizzleContender } from "./documents/drizzle-contender.js";
import { type Comparison, costOf, runRound } from "./documents/measure.js";
import { pgContender } from "./documents/pg-contender.js";
import { relationalContender } from "./documents/relational-contender.js";
import { startServer } from "./documents/server.js";
import { validationCost } from "./documents/validation.js";
import { createCalls, createWorkloads } from "./documents/workloads.js";

/** Rounds of one run, each of some seconds. */
const ROUNDS = 4;

/** How much more of the client's processor Convoy may need than code by hand. */
const clientTargets: Readonly<Record<string, number>> = {
  get: 1.15,
  range: 1.2,
  insert: 1.2,
  patch: 1.3,
};

const SERVER_TARGET = 1.05;

/**
 * Documents through Convoy and in other ways: processor time of one operation, of this process and
 * of the server's. Never on the clock, which says more about the machine than about the code.
 */
export const postgresDocuments: Benchmark = {
  name: "postgres-documents",
  async *run({ runs }) {
    await using server = await startServer();
    await using database = await openDatabase(server.url);
    await using convoy = await convoyContender(database);
    await using pg = pgContender(database);
    await using drizzle = drizzleContender(database);
    await using relational = relationalContender(database);
    const comparisons = [1, 10].flatMap((connections): Comparison[] => [
      ...createWorkloads(database).map((workload) => ({
        workload,
        connections,
        contenders: [convoy, pg, drizzle, relational],
        rounds: [],
      })),
      ...createCalls(database).map((workload) => ({
        workload,
        connections,
        contenders: [convoy, pg],
        rounds: [],
      })),
    ]);
    for (let round = 0; round <= runs * ROUNDS; round++) {
      for (const comparison of comparisons) await runRound(database, comparison);
      await database.vacuum();
    }
    for (const comparison of comparisons) yield* rowsOf(comparison);
    yield {
      measure: "validation by zod, in each insert and patch",
      unit: "µs",
      value: validationCost(database),
    };
  },
};

function* rowsOf(comparison: Comparison): Iterable<Row> {
  const { workload, connections, contenders } = comparison;
  const pg = costOf(comparison, "pg");
  const title = `${workload.name}, ${connections === 1 ? "1 connection" : `${connections} connections`}`;
  for (const { name } of contenders) {
    if (name === "pg") continue;
    const cost = costOf(comparison, name);
    const clientTarget = name === "convoy" ? clientTargets[workload.name] : undefined;
    yield {
      measure: `${title}: ${name}`,
      unit: "µs",
      value: cost.client,
      baseline: { name: "pg", value: pg.client },
      ...(clientTarget !== undefined && { target: { of: "ratio", atMost: clientTarget } }),
    };
    if (cost.server === null || pg.server === null) continue;
    yield {
      measure: `${title}: ${name}, server`,
      unit: "µs",
      value: cost.server,
      baseline: { name: "pg", value: pg.server },
      ...(clientTarget !== undefined && { target: { of: "ratio", atMost: SERVER_TARGET } }),
    };
  }
}
