import { median } from "../support/compare.js";
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

/** What one contender needed for one workload, in each round. */
export class Costs {
  readonly #costs: Cost[] = [];

  add(cost: Cost): void {
    this.#costs.push(cost);
  }

  get median(): Cost {
    const servers = this.#costs.flatMap(({ server }) => server ?? []);
    return {
      client: median(this.#costs.map(({ client }) => client)),
      server: servers.length === 0 ? null : median(servers),
    };
  }
}

/** Runs on each connection before it counts: a connection may be new, and has statements to plan. */
const WARM_UP = 12;

export async function measure(
  database: BenchDatabase,
  contender: Contender,
  workload: Workload,
  connections: number,
): Promise<Cost> {
  const all = (count: number) =>
    Promise.all(
      Array.from({ length: connections }, (_, worker) =>
        workload.run(contender, count, worker, connections),
      ),
    );
  await all(WARM_UP);
  const pids = await database.backends(applicationName(contender));
  const server = await processesCpu(pids);
  const client = clientCpu();
  await all(workload.operations / connections);
  const clientSpent = clientCpu() - client;
  const serverSpent = spentBetween(server, await processesCpu(pids));
  return {
    client: clientSpent / workload.operations,
    server: serverSpent === null ? null : serverSpent / workload.operations,
  };
}
