import type { Benchmark, Clock } from "./benchmark.js";
import { openDatabase } from "./documents/database.js";
import { startServer } from "./documents/server.js";
import { Load } from "./http/load.js";
import { createEndpoints, type Endpoint } from "./http/requests.js";
import { type ServerProcess, startServerProcess } from "./http/server-process.js";
import { median } from "./support/compare.js";

/** At least 0.8 times as many requests a second as by hand. */
const TARGET = 1 / 0.8;

const connectionCounts = [1, 32];
/** Until what runs often is compiled. */
const WARM_UP = 2_000;
const REQUESTS = 1_000;
/** Rounds of one run: they are short, so that a busy moment of the machine meets both. */
const ROUNDS = 3;

/**
 * Requests over HTTP: of Convoy's server, and of the same endpoints by hand. By the clock, the time of
 * a request under load, of which a second has so many; or the processor time of the server alone.
 */
export const http: Benchmark = {
  name: "http",
  async *run({ runs, clock }) {
    await using postgres = await startServer();
    await using database = await openDatabase(postgres.url);
    await using convoy = await startServerProcess("convoy-server.ts", database.url);
    await using express = await startServerProcess("express-server.ts", database.url);
    for (const endpoint of createEndpoints(database)) {
      for (const connections of connectionCounts) {
        const path = `/api/${endpoint.kind}/projects.${endpoint.path}`;
        const ours = await contender(convoy, path, endpoint, connections);
        const byHand = await contender(express, `/${endpoint.path}`, endpoint, connections);
        for (let round = 0; round < runs * ROUNDS; round++) {
          // Neither always comes after the other.
          const turns = round % 2 === 0 ? [ours, byHand] : [byHand, ours];
          for (const turn of turns) await turn.measure(clock);
        }
        yield {
          measure: `${endpoint.name}, ${connections === 1 ? "1 connection" : `${connections} connections`}`,
          unit: "µs",
          value: ours.microseconds(),
          baseline: { name: "Express + pg + zod", value: byHand.microseconds() },
          target: { of: "ratio", atMost: TARGET },
        };
        await database.vacuum();
        ours.close();
        byHand.close();
      }
    }
  },
};

interface Contender {
  measure(clock: Clock): Promise<void>;
  /** Of one request. */
  microseconds(): number;
  close(): void;
}

async function contender(
  server: ServerProcess,
  path: string,
  endpoint: Endpoint,
  connections: number,
): Promise<Contender> {
  const load = await Load.open(server.port, connections);
  const send = (count: number): Promise<void> => load.send(path, () => endpoint.next(), count);
  await send(WARM_UP);
  const figures: number[] = [];
  return {
    async measure(clock) {
      const before = clock === "cpu" ? await server.cpu() : performance.now() * 1_000;
      await send(REQUESTS);
      const after = clock === "cpu" ? await server.cpu() : performance.now() * 1_000;
      figures.push((after - before) / REQUESTS);
    },
    microseconds: () => median(figures),
    close: () => load[Symbol.dispose](),
  };
}
