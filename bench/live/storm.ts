import type { Benchmark } from "../benchmark.js";
import { startServer } from "../documents/server.js";
import { median } from "../support/compare.js";
import { prepareDatabases } from "./live-database.js";
import { startLiveServer } from "./server.js";
import { spread, startWatchers } from "./watchers.js";

const CLIENTS = 1_000;
/** Of each client, watched by nobody else. */
const QUERIES = 5;

/** All clients lose their connections and come back at once, with the hashes of what they have. */
export const liveStorm: Benchmark = {
  name: "live-storm",
  async *run({ runs }) {
    await using postgres = await startServer();
    const { userIds, open } = await prepareDatabases(postgres.url);
    await using database = await open("live_storm");
    await using server = await startLiveServer(database.url);
    await using watchers = await startWatchers();
    const queries = spread(userIds.slice(0, CLIENTS * QUERIES), CLIENTS);
    // The first time it is the code that is compiled.
    await watchers.open("warm", server.url, queries);
    await watchers.close("warm");
    const firsts: Storm[] = [];
    const storms: Storm[] = [];
    const measure = async (work: () => Promise<{ ms: number; bytes: number }>): Promise<Storm> => {
      const before = await server.usage(true);
      const { ms, bytes } = await work();
      return { ms, bytes, cpu: (await server.usage()).cpuMs - before.cpuMs };
    };
    for (let run = 0; run < runs; run++) {
      firsts.push(await measure(() => watchers.open("all", server.url, queries)));
      storms.push(await measure(() => watchers.reconnect("all")));
      await watchers.close("all");
    }
    const clients = `${CLIENTS.toLocaleString("en-US")} clients with ${QUERIES} queries each`;
    for (const [measured, of, unit] of [
      [`${clients} come back, until all are current`, "ms", "ms"],
      ["processor time of the server", "cpu", "ms"],
      ["sent to them", "bytes", "count"],
    ] as const) {
      yield {
        measure: measured,
        unit,
        value: median(storms.map((storm) => storm[of])),
        baseline: { name: "first time", value: median(firsts.map((storm) => storm[of])) },
      };
    }
  },
};

interface Storm {
  readonly ms: number;
  readonly cpu: number;
  readonly bytes: number;
}
