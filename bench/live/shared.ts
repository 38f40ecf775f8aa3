import { setTimeout as sleep } from "node:timers/promises";
import type { Benchmark, Row } from "../benchmark.js";
import { startServer } from "../documents/server.js";
import { median } from "../support/compare.js";
import { now } from "./child.js";
import { prepareDatabases } from "./live-database.js";
import { percentile } from "./percentile.js";
import { startLiveServer } from "./server.js";
import { spread, startWatchers, type Watched } from "./watchers.js";

const WATCHERS = 1_000;
const WARM_UP = 20;
const WRITES = 20;

/** One change to a query that a thousand clients watch, beside one that a single client does. */
export const liveShared: Benchmark = {
  name: "live-shared",
  async *run({ runs }) {
    await using postgres = await startServer();
    const { userIds, open } = await prepareDatabases(postgres.url);
    await using database = await open("live_shared");
    await using server = await startLiveServer(database.url);
    await using watchers = await startWatchers();
    const [one = "", many = ""] = userIds;
    const query: Watched = { name: "projects.latest", args: { userId: many } };
    await watchers.open("one", server.url, spread([one], 1));
    await watchers.open(
      "many",
      server.url,
      Array.from({ length: WATCHERS }, () => [query]),
    );

    let writes = 0;
    const change = async (userId: string, count: number): Promise<Change> => {
      const mark = `mark-${writes++}`;
      const before = await server.usage();
      const sent = now();
      await database.rename(userId as never, mark);
      const times = await watchers.hear(mark, count);
      // What the messages have left to do is part of it.
      await sleep(20);
      const after = await server.usage();
      return {
        half: percentile(times, 50) - sent,
        all: (times.at(-1) ?? Number.NaN) - sent,
        cpu: after.cpuMs - before.cpuMs,
        runs: after.runs - before.runs,
      };
    };
    const ofOne: Change[] = [];
    const ofMany: Change[] = [];
    for (let write = -WARM_UP; write < runs * WRITES; write++) {
      const [single, shared] = [await change(one, 1), await change(many, WATCHERS)];
      if (write < 0) continue;
      ofOne.push(single);
      ofMany.push(shared);
    }
    const row = (measure: string, of: keyof Change): Row => ({
      measure,
      unit: of === "runs" ? "count" : "ms",
      value: median(ofMany.map((each) => each[of])),
      baseline: { name: "1 client", value: median(ofOne.map((each) => each[of])) },
    });
    yield { ...row("runs of the query", "runs"), target: { of: "ratio", atMost: 1 } };
    yield row("processor time of the server", "cpu");
    yield row("until half of the clients know", "half");
    yield row("until all of them know", "all");
  },
};

interface Change {
  /** Milliseconds since the write was sent. */
  readonly half: number;
  readonly all: number;
  /** Milliseconds. */
  readonly cpu: number;
  readonly runs: number;
}
