import { setTimeout as sleep } from "node:timers/promises";
import type { Benchmark } from "../benchmark.js";
import { startServer } from "../documents/server.js";
import { now } from "./child.js";
import { prepareDatabases } from "./live-database.js";
import { percentile } from "./percentile.js";
import { startLiveServer } from "./server.js";
import { spread, startWatchers } from "./watchers.js";

const CONNECTIONS = 100;
const QUERIES = 1_000;
const WRITE_EVERY_MS = 20;
const SAMPLE_EVERY_MS = 5_000;
/** Of the time, which does not count: what is kept for long is made now. */
const SETTLING = 0.25;
const MIB = 2 ** 20;

/**
 * Steady writes for a long time: whether memory grows, or latency, or what is kept of the changes.
 * Results stay as large as they are, since the writes rename what is there.
 */
export const liveSoak: Benchmark = {
  name: "live-soak",
  onDemand: true,
  async *run({ minutes }) {
    // As it is where nobody measures: with what is written to disk, and cleaned up.
    await using postgres = await startServer({ autovacuum: "on", autovacuum_naptime: "10s" });
    const { userIds, open } = await prepareDatabases(postgres.url);
    await using database = await open("live_soak");
    await using server = await startLiveServer(database.url);
    await using watchers = await startWatchers();
    const watched = userIds.slice(0, QUERIES);
    await watchers.open("all", server.url, spread(watched, CONNECTIONS));

    const samples: Sample[] = [];
    const latencies: { readonly at: number; readonly ms: number }[] = [];
    const started = now();
    const end = started + minutes * 60_000;
    let nextSample = started;
    for (let write = 0; now() < end; write++) {
      if (now() >= nextSample) {
        const { held, rss } = await server.usage(true);
        const [log] = await database.query<{ bytes: string }>(
          "select pg_total_relation_size('_convoy.changes') as bytes",
        );
        samples.push({ at: now() - started, held, rss, log: Number(log?.bytes) });
        nextSample += SAMPLE_EVERY_MS;
      }
      const mark = `mark-${write}`;
      const sent = now();
      await database.rename(watched[(write * 7_919) % QUERIES] as (typeof watched)[number], mark);
      const [arrived = Number.NaN] = await watchers.hear(mark);
      latencies.push({ at: sent - started, ms: arrived - sent });
      await sleep(Math.max(0, sent + WRITE_EVERY_MS - now()));
    }

    const settled = samples.filter(({ at }) => at >= SETTLING * (end - started));
    for (const [of, name] of [
      ["held", "heap"],
      ["rss", "resident memory"],
      ["log", "change log"],
    ] as const) {
      const values = settled.map((sample) => sample[of] / MIB);
      yield { measure: `${name}, median`, unit: "MiB", value: percentile(values, 50) };
      yield {
        measure: `${name}, growth an hour`,
        unit: "MiB",
        value: slope(settled.map((sample) => [sample.at / 3_600_000, sample[of] / MIB])),
      };
    }
    const half = (end - started) / 2;
    const p50 = (from: number, to: number): number =>
      percentile(
        latencies.filter(({ at }) => at >= from && at < to).map(({ ms }) => ms),
        50,
      );
    yield {
      measure: "from the write to the client in the second half, p50",
      unit: "ms",
      value: p50(half, Infinity),
      baseline: { name: "first half", value: p50(0, half) },
    };
    yield { measure: "writes", unit: "count", value: latencies.length };
  },
};

interface Sample {
  readonly at: number;
  readonly held: number;
  readonly rss: number;
  /** Of the tables that changes are kept in, on disk. */
  readonly log: number;
}

/** Of the line that is nearest to all points. */
function slope(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (of: 0 | 1): number =>
    points.reduce((sum, point) => sum + point[of], 0) / points.length;
  const [x0, y0] = [mean(0), mean(1)];
  let above = 0;
  let below = 0;
  for (const [x, y] of points) {
    above += (x - x0) * (y - y0);
    below += (x - x0) ** 2;
  }
  return above / below;
}
