import { applicationName, type Contender } from "./contender.js";
import { clientCpu, processesCpu, spentBetween } from "./cpu.js";
import type { BenchDatabase } from "./database.js";
import type { Workload } from "./workloads.js";

/** Microseconds of one operation. */
export interface Cost {
  readonly client: number;
  /** `null` where the system does not tell what other processes spend. */
  readonly server: number | null;
}

/** One workload, on so many connections, by all who take part. */
export interface Comparison {
  readonly workload: Workload;
  readonly connections: number;
  readonly contenders: readonly Contender[];
  /** Of each contender, what it needed in each round. */
  readonly rounds: Cost[][];
}

/** Runs on each connection before it counts: a connection may be new, and has statements to plan. */
const WARM_UP = 12;

/** Turns that everyone has in a round: so short that whatever else the machine does meets all. */
const TURNS = 2;

/** Measures everyone once, in turns; who comes first goes round. */
export async function runRound(database: BenchDatabase, comparison: Comparison): Promise<void> {
  const { workload, connections, contenders, rounds } = comparison;
  const run = (contender: Contender, count: number) =>
    Promise.all(
      Array.from({ length: connections }, (_, worker) =>
        workload.run(contender, count, worker, connections),
      ),
    );
  const spent = contenders.map(() => ({ client: 0, server: 0 as number | null }));
  for (const contender of contenders) await run(contender, WARM_UP);
  for (let turn = 0; turn < TURNS; turn++) {
    for (let place = 0; place < contenders.length; place++) {
      const at = (place + turn + rounds.length) % contenders.length;
      const contender = contenders[at] as Contender;
      const pids = await database.backends(applicationName(contender));
      const server = await processesCpu(pids);
      const client = clientCpu();
      await run(contender, workload.operations / TURNS / connections);
      const sum = spent[at] as (typeof spent)[number];
      sum.client += clientCpu() - client;
      const serverSpent = spentBetween(server, await processesCpu(pids));
      sum.server = serverSpent === null || sum.server === null ? null : sum.server + serverSpent;
    }
  }
  rounds.push(
    spent.map(({ client, server }) => ({
      client: client / workload.operations,
      server: server === null ? null : server / workload.operations,
    })),
  );
}

/** What a contender needs where nothing disturbs it: the first round only warms code and caches. */
export function costOf({ contenders, rounds }: Comparison, name: string): Cost {
  const at = contenders.findIndex((contender) => contender.name === name);
  const costs = rounds.slice(1).flatMap((round) => round[at] ?? []);
  const servers = costs.flatMap(({ server }) => server ?? []);
  return {
    client: lowerQuartile(costs.map(({ client }) => client)),
    server: servers.length === 0 ? null : lowerQuartile(servers),
  };
}

/** Not the median: other work of the machine never makes code cheaper, only dearer. */
function lowerQuartile(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 4)] ?? Number.NaN;
}
