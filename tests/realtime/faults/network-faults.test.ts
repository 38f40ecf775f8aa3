import { test } from "vitest";
import { seededRandom } from "../../support/random.js";
import { eventually } from "./support/eventually.js";
import { marksDatabase, startMarksServer } from "./support/marks-server.js";
import { Participant } from "./support/participant.js";
import { underLoad } from "./support/under-load.js";
import { Wire } from "./support/wire.js";
import { faultSeeds, SqlWriter } from "./support/world.js";

const FAULTS = 8;

for (const seed of faultSeeds(2)) {
  test(`networks delay, cut, fall silent and lose answers (seed ${seed})`, async () => {
    const random = seededRandom(seed);
    await using database = await marksDatabase();
    await using toPostgres = await Wire.to(database.url, random);
    await using server = await startMarksServer({ databaseUrl: toPostgres.url });
    await using toServer = await Wire.to(server.url, random);
    const { url } = toServer;
    await using first = new Participant({ id: "first", url, patienceMs: 1_000 });
    await using second = new Participant({ id: "second", url, patienceMs: 1_000 });
    const participants = [first, second];
    const sql = new SqlWriter(database.url);
    const wires = [toPostgres, toServer];
    const mend = async (): Promise<void> => {
      for (const wire of wires) {
        wire.maxDelayMs = 0;
        wire.endFrozen();
      }
    };
    const { url: databaseUrl } = database;
    const faults: Readonly<Record<string, () => Promise<void>>> = {
      async delay() {
        random.pick(wires).maxDelayMs = random.pick([0, 5, 20]);
      },
      async cut() {
        random.pick(wires).cut();
      },
      /** Long enough for clients to ask again, while the server still waits. */
      async freeze() {
        const wire = random.pick(wires);
        const resends = first.resends + second.resends;
        wire.freeze();
        await sql.progress();
        await eventually("somebody asks again", () => first.resends + second.resends > resends);
        wire.endFrozen();
      },
      async down() {
        const wire = random.pick(wires);
        wire.down();
        await sql.progress();
        wire.up();
      },
      async loseCommitReply() {
        toPostgres.loseCommitReply();
        await eventually("the answer is lost", () => toPostgres.hasLostCommitReplies);
      },
    };
    await underLoad({ databaseUrl, participants, sql, random, faults, count: FAULTS, mend });
  });
}
