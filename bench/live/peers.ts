import type { Benchmark, Row } from "../benchmark.js";
import { startServer } from "../documents/server.js";
import { installPeer } from "./install-peer.js";
import { prepareDatabases } from "./live-database.js";
import { percentile } from "./percentile.js";
import { startLiveServer } from "./server.js";
import { type Sample, Stage } from "./stage.js";
import { spread, startWatchers } from "./watchers.js";

const QUERIES = 1_000;
const CONNECTIONS = 100;
const WARM_UP = 150;
const WRITES = 100;

/**
 * A mutation over HTTP to the message about it, beside the same on Parse Server, which tells of what
 * was written through itself alone. It is installed the first time.
 */
export const livePeers: Benchmark = {
  name: "live-peers",
  onDemand: true,
  async *run({ runs }) {
    const folder = installPeer("parse-server", "9.10.0");
    await using postgres = await startServer();
    const { userIds, open } = await prepareDatabases(postgres.url);
    await using watchers = await startWatchers();
    const watched = userIds.slice(0, QUERIES);
    const queries = spread(watched, CONNECTIONS);

    const ourDatabase = await open("live_ours");
    const ourServer = await startLiveServer(ourDatabase.url);
    await using ours = new Stage("Convoy", watched, ourDatabase, ourServer, watchers);
    await watchers.open(ours.name, ourServer.url, queries);

    const database = await open("live_parse");
    // It has tables of its own, which it makes where there is nothing yet.
    await database.query("drop table projects, users");
    const server = await startLiveServer(database.url, "parse-process.ts", {
      PARSE_FOLDER: folder,
    });
    await using parse = new Stage("Parse Server", watched, database, server, watchers, addObject);
    await watchers.open(parse.name, server.url, queries, "parse");

    const stages = [ours, parse];
    for (const stage of stages) await stage.write("mutation", WARM_UP);
    for (const stage of stages) stage.forget();
    for (let run = 0; run < runs; run++) {
      for (const stage of run % 2 === 0 ? stages : stages.toReversed()) {
        await stage.write("mutation", WRITES);
      }
    }
    const figure = (stage: Stage, of: keyof Sample, percent: number): number =>
      percentile(
        stage.samples.mutation.map((sample) => sample[of]),
        percent,
      );
    for (const [measure, of, percent] of [
      ["with the write, p50", "whole", 50],
      ["with the write, p99", "whole", 99],
      ["processor time of the server", "cpu", 50],
    ] as const) {
      yield {
        measure: `a mutation, ${QUERIES.toLocaleString("en-US")} queries: ${measure}`,
        unit: "ms",
        value: figure(ours, of, percent),
        baseline: { name: parse.name, value: figure(parse, of, percent) },
      } satisfies Row;
    }
  },
};

function addObject(
  userId: string,
  name: string,
): { path: string; headers: Record<string, string>; body: string } {
  return {
    path: "/parse/classes/Project",
    headers: { "x-parse-application-id": "bench" },
    body: JSON.stringify({
      userId,
      name,
      status: "active",
      description: "added while somebody watches",
      priority: 1,
      isArchived: false,
      tags: ["live"],
      createdOn: Date.now(),
    }),
  };
}
