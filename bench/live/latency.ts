import type { Benchmark, Row } from "../benchmark.js";
import { startServer } from "../documents/server.js";
import { prepareDatabases } from "./live-database.js";
import { percentile } from "./percentile.js";
import { startLiveServer } from "./server.js";
import { type Sample, Stage, type WriteKind } from "./stage.js";
import { spread, startWatchers } from "./watchers.js";

const sizes = [100, 1_000, 10_000] as const;
const SIZE_BY_HAND = 1_000;
const CONNECTIONS = 100;
const WARM_UP = 150;
/** Writes of one kind in a run, at each size. */
const WRITES = 100;

/**
 * From a write to the message about it, while so many other queries are watched whose results stay as
 * they are, beside a server by hand. Each has a database of its own, and they take turns, so that a
 * busy moment of the machine meets all.
 */
export const liveLatency: Benchmark = {
  name: "live-latency",
  async *run({ runs }) {
    await using postgres = await startServer();
    const { userIds, open } = await prepareDatabases(postgres.url);
    await using watchers = await startWatchers();
    const stages: Stage[] = [];
    const begin = async (name: string, size: number, script?: string): Promise<Stage> => {
      const database = await open(`live_${stages.length}`);
      const server = await startLiveServer(database.url, script);
      const watched = userIds.slice(0, size);
      const stage = new Stage(name, watched, database, server, watchers);
      stages.push(stage);
      await watchers.open(name, server.url, spread(watched, CONNECTIONS));
      return stage;
    };
    try {
      const ours: Stage[] = [];
      for (const size of sizes) ours.push(await begin(size.toLocaleString("en-US"), size));
      const byHand = await begin("by hand", SIZE_BY_HAND, "by-hand-process.ts");
      for (const stage of stages) await stage.write("insert", WARM_UP);
      for (const stage of ours) await stage.write("mutation", WARM_UP);
      for (const stage of stages) stage.forget();
      for (let run = 0; run < runs; run++) {
        for (const stage of run % 2 === 0 ? stages : stages.toReversed()) {
          await stage.write("insert", WRITES);
          if (stage !== byHand) await stage.write("mutation", WRITES);
        }
      }
      yield* rowsOf("insert", "an INSERT", ours, byHand);
      yield* rowsOf("mutation", "a mutation", ours, null);
    } finally {
      for (const stage of stages) await stage[Symbol.asyncDispose]();
    }
  },
};

function* rowsOf(
  kind: WriteKind,
  write: string,
  ours: readonly Stage[],
  byHand: Stage | null,
): Iterable<Row> {
  const figure = (stage: Stage, of: keyof Sample, percent: number): number =>
    percentile(
      stage.samples[kind].map((sample) => sample[of]),
      percent,
    );
  for (const [at, stage] of ours.entries()) {
    const name = `${write}, ${stage.name} queries`;
    const base = at === 1 ? byHand : (ours[0] ?? null);
    const row = (measure: string, of: keyof Sample, percent: number): Row => ({
      measure: `${name}: ${measure}`,
      unit: "ms",
      value: figure(stage, of, percent),
      ...(base !== null &&
        base !== stage && {
          baseline: {
            name: base === byHand ? base.name : `${base.name} queries`,
            value: figure(base, of, percent),
          },
        }),
    });
    yield {
      ...row("from the commit, p50", "afterCommit", 50),
      ...(at === 1 && { target: { of: "value", atMost: 5 } }),
    };
    yield row("from the commit, p99", "afterCommit", 99);
    yield {
      ...row("with the write, p50", "whole", 50),
      ...(at === 2 && { target: { of: "ratio", atMost: 1.3 } }),
    };
    yield row("with the write, p99", "whole", 99);
    yield row("processor time of the server", "cpu", 50);
  }
}
