import { expect, test } from "vitest";
import { withClient } from "../../../runtime/postgres/embedded/database-client.js";
import { seededRandom } from "../../support/random.js";
import { marksDatabase, startMarksServer } from "./support/marks-server.js";
import { Participant } from "./support/participant.js";
import { Pooler } from "../../postgres/pool/pooler.js";
import { underLoad } from "./support/under-load.js";
import { faultSeeds, SqlWriter } from "./support/world.js";

/** Fewer than both servers would like to have. */
const CONNECTIONS = 6;
for (const seed of faultSeeds(1)) {
  test(`behind a pooler in transaction mode, servers ask where they do not hear (seed ${seed})`, async () => {
    const random = seededRandom(seed);
    await using database = await marksDatabase();
    const { url: databaseUrl } = database;
    await using pooler = await Pooler.before(databaseUrl, CONNECTIONS, random);
    await using a = await startMarksServer({ databaseUrl: pooler.url });
    await using b = await startMarksServer({ databaseUrl: pooler.url });
    await using first = new Participant({ id: "first", url: a.url });
    await using second = new Participant({ id: "second", url: b.url });
    const participants = [first, second];
    const sql = new SqlWriter(databaseUrl);
    const faults: Readonly<Record<string, () => Promise<void>>> = {
      async move() {
        random.pick(participants).move(random.pick([a, b]).url);
      },
      async listenElsewhere() {
        await withClient(databaseUrl, async (client) => {
          await client.query("notify convoy_changes");
        });
        await sql.progress();
      },
    };
    await underLoad({ databaseUrl, participants, sql, random, faults });
    // They have listened, and it was of no use.
    expect(pooler.notifications).toBeGreaterThan(0);
    expect(pooler.misused).toEqual([]);
  });
}
