import type { Benchmark, Clock } from "./benchmark.js";
import { openDatabase } from "./documents/database.js";
import { startServer } from "./documents/server.js";
import { Load, type LoadRequest } from "./http/load.js";
import { createEndpoints, type Endpoint } from "./http/requests.js";
import { type ServerProcess, startServerProcess } from "./http/server-process.js";
import { median } from "./support/compare.js";

/** At least 0.8 times as many requests a second as by hand. */
const TARGET_BY_HAND = 1 / 0.8;
/** At least as many as with what people use. */
const TARGET_TRPC = 1;

const connectionCounts = [1, 32];
/** Until what runs often is compiled. */
const WARM_UP = 2_000;
const REQUESTS = 300;
/** Rounds of one run: they are short and many, so that a busy moment of the machine meets all alike. */
const ROUNDS = 12;

/**
 * Requests over HTTP: of Convoy's server, of the same endpoints by hand, and with tRPC and Drizzle. By
 * the clock, the time of a request under load, of which a second has so many; or the processor time of
 * the server alone.
 */
export const http: Benchmark = {
  name: "http",
  async *run({ runs, clock }) {
    await using postgres = await startServer();
    await using database = await openDatabase(postgres.url);
    await using convoy = await startServerProcess("convoy-server.ts", database.url);
    await using express = await startServerProcess("express-server.ts", database.url);
    await using trpc = await startServerProcess("trpc-server.ts", database.url);
    for (const endpoint of createEndpoints(database)) {
      for (const connections of connectionCounts) {
        const { kind, path } = endpoint;
        const [ours, byHand, withTrpc] = [
          await contender(convoy, endpoint, connections, (body) => ({
            path: `/api/${kind}/projects.${path}`,
            body,
          })),
          await contender(express, endpoint, connections, (body) => ({ path: `/${path}`, body })),
          await contender(trpc, endpoint, connections, (body) =>
            kind === "query"
              ? { path: `/trpc/${path}?input=${encodeURIComponent(body)}`, body: null }
              : { path: `/trpc/${path}`, body },
          ),
        ] as const;
        const turns = [ours, byHand, withTrpc];
        for (let round = 0; round < runs * ROUNDS; round++) {
          // None always comes after the others.
          for (const turn of round % 2 === 0 ? turns : turns.toReversed())
            await turn.measure(clock);
        }
        const row = {
          measure: `${endpoint.name}, ${connections === 1 ? "1 connection" : `${connections} connections`}`,
          unit: "µs",
          value: ours.microseconds(),
        } as const;
        yield {
          ...row,
          baseline: { name: "Express + pg + zod", value: byHand.microseconds() },
          target: { of: "ratio", atMost: TARGET_BY_HAND },
        };
        yield {
          ...row,
          baseline: { name: "tRPC + Drizzle", value: withTrpc.microseconds() },
          target: { of: "ratio", atMost: TARGET_TRPC },
        };
        await database.vacuum();
        for (const turn of turns) turn.close();
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
  endpoint: Endpoint,
  connections: number,
  request: (args: string) => LoadRequest,
): Promise<Contender> {
  const load = await Load.open(server.port, connections);
  const send = (count: number): Promise<void> => load.send(() => request(endpoint.next()), count);
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
