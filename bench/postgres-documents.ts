import type { Benchmark, Row } from "./benchmark.js";
import type { Contender } from "./documents/contender.js";
import { convoyContender } from "./documents/convoy-contender.js";
import { type BenchDatabase, openDatabase } from "./documents/database.js";
import { drizzleContender } from "./documents/drizzle-contender.js";
import { type Cost, Costs, measure } from "./documents/measure.js";
import { pgContender } from "./documents/pg-contender.js";
import { relationalContender } from "./documents/relational-contender.js";
import { startServer } from "./documents/server.js";
import { validationCost } from "./documents/validation.js";
import { createCalls, createWorkloads, type Workload } from "./documents/workloads.js";

/** Rounds of one run: they are short, so that a busy moment of the machine meets all contenders. */
const ROUNDS = 5;

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
    const comparisons: Comparison[] = [1, 10].flatMap((connections) => [
      ...Object.values(createWorkloads(database)).map((workload) =>
        comparison(workload, connections, [convoy, pg, drizzle, relational]),
      ),
      ...createCalls(database).map((workload) => comparison(workload, connections, [convoy, pg])),
    ]);
    for (let round = 0; round <= runs * ROUNDS; round++) {
      for (const of of comparisons) await runRound(database, of, round);
      await database.vacuum();
    }
    for (const of of comparisons) yield* rowsOf(of);
    yield {
      measure: "validation by zod, in each insert and patch",
      unit: "µs",
      value: validationCost(database),
    };
  },
};

interface Comparison {
  readonly workload: Workload;
  readonly connections: number;
  readonly costs: ReadonlyMap<Contender, Costs>;
}

function comparison(
  workload: Workload,
  connections: number,
  contenders: readonly Contender[],
): Comparison {
  const costs = new Map(contenders.map((contender) => [contender, new Costs()]));
  return { workload, connections, costs };
}

async function runRound(
  database: BenchDatabase,
  { workload, connections, costs }: Comparison,
  round: number,
): Promise<void> {
  const entries = [...costs];
  for (let turn = 0; turn < entries.length; turn++) {
    // Nobody always comes after the same one.
    const [contender, all] = entries[(turn + round) % entries.length] as (typeof entries)[number];
    const cost = await measure(database, contender, workload, connections);
    if (round > 0) all.add(cost);
  }
}

function* rowsOf({ workload, connections, costs }: Comparison): Iterable<Row> {
  const medians = new Map([...costs].map(([{ name }, all]) => [name, all.median]));
  const pg = medians.get("pg") as Cost;
  const title = `${workload.name}, ${connections === 1 ? "1 connection" : `${connections} connections`}`;
  for (const [name, cost] of medians) {
    if (name === "pg") continue;
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
