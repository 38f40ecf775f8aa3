import { setTimeout as sleep } from "node:timers/promises";
import { startEmbeddedPostgres } from "../../runtime/postgres/embedded/start.js";
import { removeSeed, usedServerFolder } from "../../tests/postgres/embedded/temp-server-folder.js";
import { eventually } from "../../tests/realtime/faults/support/eventually.js";
import {
  endConnections,
  forgetLeases,
  killBackend,
} from "../../tests/realtime/faults/support/faults.js";
import {
  prepareMarks,
  startMarksServer,
} from "../../tests/realtime/faults/support/marks-server.js";
import { Participant } from "../../tests/realtime/faults/support/participant.js";
import { Pooler } from "../../tests/postgres/pool/pooler.js";
import { removeBundle, ServerProcess } from "../../tests/realtime/faults/support/spawn-server.js";
import { Wire } from "../../tests/realtime/faults/support/wire.js";
import { SqlWriter } from "../../tests/realtime/faults/support/world.js";
import { seededRandom } from "../../tests/support/random.js";
import type { Benchmark, Row } from "../benchmark.js";
import { median } from "../support/compare.js";

/** The embedded server is started again no more often than that. */
const POSTGRES_KILLS = 3;
/** Connections that are lost without a word are waited for: once is enough. */
const SILENCES = 1;
/** For all to have come to rest. */
const REST_MS = 2_000;

/**
 * How long a client shows what was: from each fault on until it shows what another program wrote
 * after it. To within 20 ms, and always on the clock: most of it is waiting.
 */
export const recovery: Benchmark = {
  name: "recovery",
  onDemand: true,
  async *run({ runs }) {
    await using folder = await usedServerFolder();
    try {
      await using postgres = await startEmbeddedPostgres(folder);
      const { url } = postgres;
      await prepareMarks(url);
      const watching = { sql: new SqlWriter(url), runs };
      const random = seededRandom(1);
      {
        await using pooler = await Pooler.before(url, 6, random);
        await using server = await startMarksServer({ databaseUrl: pooler.url });
        await using client = new Participant({ id: "pooled", url: server.url });
        yield await measured("nothing, behind a pooler that swallows LISTEN", {
          ...watching,
          client,
          fault: async () => {},
        });
      }
      {
        await using first = await ServerProcess.start(url);
        await using second = await ServerProcess.start(url);
        await using client = new Participant({ id: "served", url: first.url });
        const ofServers = { ...watching, client };
        yield await measured("server killed, another one there", {
          ...ofServers,
          fault: async () => {
            await first.kill();
            client.move(second.url);
          },
          mend: async () => {
            await first.restart();
            client.move(first.url);
          },
        });
        yield await measured("server killed, and started again", {
          ...ofServers,
          fault: async () => {
            await first.kill();
            await first.restart();
          },
        });
        yield await measured("server paused, its lease lost, from when it goes on", {
          ...ofServers,
          before: async () => {
            first.pause();
            await forgetLeases(url);
          },
          fault: async () => first.resume(),
        });
      }
      await using wire = await Wire.to(url, random);
      await using server = await startMarksServer({ databaseUrl: wire.url });
      await using client = new Participant({ id: "client", url: server.url, patienceMs: 60_000 });
      const alone = { ...watching, client };
      yield await measured("nothing", { ...alone, fault: async () => {} });
      yield await measured("connection of the client cut", {
        ...alone,
        fault: async () => client.drop(),
      });
      yield await measured("connection that listens ended", {
        ...alone,
        fault: () => endConnections(url, "listen %"),
      });
      yield await measured("all connections to Postgres ended", {
        ...alone,
        fault: () => endConnections(url, "%"),
      });
      yield await measured("all connections to Postgres silent for good", {
        ...alone,
        runs: SILENCES,
        fault: async () => wire.freeze(),
      });
      yield await measured("one of Postgres's processes killed", {
        ...alone,
        fault: () => killBackend(url),
      });
      yield await measured("Postgres killed, and started again", {
        ...alone,
        runs: Math.min(runs, POSTGRES_KILLS),
        fault: async () => void process.kill(postgres.pid, "SIGKILL"),
      });
    } finally {
      await removeSeed();
      await removeBundle();
    }
  },
};

interface Fault {
  readonly client: Participant;
  readonly sql: SqlWriter;
  readonly runs: number;
  readonly before?: () => Promise<void>;
  readonly fault: () => Promise<void>;
  readonly mend?: () => Promise<void>;
}

async function measured(
  measure: string,
  { client, sql, runs, before, fault, mend }: Fault,
): Promise<Row> {
  const times: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    await sql.add();
    await eventually("all is well", () => client.isUpToDate());
    await sleep(REST_MS);
    await before?.();
    const { marks } = client;
    const started = performance.now();
    await fault();
    await sql.add();
    await eventually("it is shown", () => (client.marks?.count ?? 0) > (marks?.count ?? 0));
    times.push(performance.now() - started);
    await mend?.();
  }
  return { measure, unit: "ms", value: median(times) };
}
