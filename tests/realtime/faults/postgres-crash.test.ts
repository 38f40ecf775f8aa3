import { afterAll, expect, test } from "vitest";
import { withClient } from "../../../runtime/postgres/embedded/database-client.js";
import { startEmbeddedPostgres } from "../../../runtime/postgres/embedded/start.js";
import { removeSeed, usedServerFolder } from "../../postgres/embedded/temp-server-folder.js";
import { seededRandom } from "../../support/random.js";
import { eventually } from "./support/eventually.js";
import { killBackend } from "./support/faults.js";
import { prepareMarks, startMarksServer } from "./support/marks-server.js";
import { Participant } from "./support/participant.js";
import { underLoad } from "./support/under-load.js";
import { expectAllWell, faultSeeds, SqlWriter } from "./support/world.js";

afterAll(removeSeed);

for (const seed of faultSeeds(1)) {
  test(`Postgres is killed, and comes back (seed ${seed})`, async () => {
    const random = seededRandom(seed);
    await using folder = await usedServerFolder();
    await using postgres = await startEmbeddedPostgres(folder);
    const { url: databaseUrl } = postgres;
    await prepareMarks(databaseUrl);
    await using server = await startMarksServer({ databaseUrl });
    await using other = await startMarksServer({ databaseUrl });
    await using first = new Participant({ id: "first", url: server.url });
    await using second = new Participant({ id: "second", url: other.url });
    const participants = [first, second];
    const sql = new SqlWriter(databaseUrl);
    const faults: Readonly<Record<string, () => Promise<void>>> = {
      /** All of its processes end, and the embedded server starts it again. */
      async killServer() {
        const { pid } = postgres;
        process.kill(pid, "SIGKILL");
        await eventually("another one runs", () => postgres.pid !== pid);
        await sql.progress();
      },
      /** One process dies, and Postgres ends all connections and recovers. */
      async killBackend() {
        await killBackend(databaseUrl);
        await sql.progress();
      },
    };
    await underLoad({ databaseUrl, participants, sql, random, faults });

    // Once all is well, nothing runs that need not.
    await eventually("both leases are held", () =>
      withClient(databaseUrl, async (client) => {
        const { rowCount } = await client.query("select from _convoy.leases");
        return rowCount === 2;
      }),
    );
    await first.addAndSee();
    await second.addAndSee();
    await expectAllWell(databaseUrl, participants);
    const [runs, ticks] = [server.counts.runs, server.counts.ticks];
    await eventually("it has ticked", () => server.counts.ticks > ticks + 3);
    expect(server.counts.runs).toBe(runs);
    // Told once each time, however often it was tried.
    const told = server.logs
      .records()
      .filter(({ msg }) => /wait for the database/.test(String(msg)));
    expect(told.length).toBeLessThanOrEqual(2 * 2);
  });
}
