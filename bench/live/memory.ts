import type { Benchmark, Row } from "../benchmark.js";
import { startServer } from "../documents/server.js";
import { OWNERS, prepareDatabases } from "./live-database.js";
import { type ServerAnswer, startLiveServer } from "./server.js";
import { spread, startWatchers } from "./watchers.js";

const CONNECTIONS = 100;
const KIB = 1024;

/**
 * What the server holds for a query that is watched, less its result, which has three documents:
 * 10,000 queries that differ, on a hundred connections which were open before.
 */
export const liveMemory: Benchmark = {
  name: "live-memory",
  async *run() {
    await using postgres = await startServer();
    const { userIds, open } = await prepareDatabases(postgres.url);
    await using database = await open("live_memory");
    await using server = await startLiveServer(database.url);
    await using watchers = await startWatchers();
    await watchers.open("first", server.url, spread(userIds.slice(0, CONNECTIONS), CONNECTIONS));
    const cold = await server.usage(true);
    const { bytes } = await watchers.open("many", server.url, spread(userIds, CONNECTIONS));
    const full = await server.usage(true);
    const result = bytes / OWNERS;
    const growth = (of: "held" | "rss", from: ServerAnswer, to: ServerAnswer): Row => ({
      measure: `${of === "held" ? "heap" : "resident memory"} a query, without its result`,
      unit: "KiB",
      value: ((to[of] - from[of]) / OWNERS - result) / KIB,
      target: { of: "value", atMost: 8000 / KIB },
    });
    yield { measure: "result of a query, as JSON", unit: "KiB", value: result / KIB };
    yield growth("held", cold, full);
    yield growth("rss", cold, full);
    await watchers.close("many");
    const empty = await server.usage(true);
    yield {
      measure: "heap left when nobody watches them",
      unit: "KiB",
      value: (empty.held - cold.held) / KIB,
    };
  },
};
