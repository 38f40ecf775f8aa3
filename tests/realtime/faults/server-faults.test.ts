import { afterAll, expect, test } from "vitest";
import { seededRandom } from "../../support/random.js";
import { endConnections, forgetLeases } from "./support/faults.js";
import { marksDatabase } from "./support/marks-server.js";
import { Participant } from "./support/participant.js";
import { removeBundle, ServerProcess } from "./support/spawn-server.js";
import { underLoad } from "./support/under-load.js";
import { faultSeeds, SqlWriter } from "./support/world.js";

afterAll(removeBundle);

for (const seed of faultSeeds(1)) {
  test(`two servers are killed, paused and cut off, and clients move between them (seed ${seed})`, async () => {
    await using database = await marksDatabase();
    const starting = [ServerProcess.start(database.url), ServerProcess.start(database.url)];
    await using a = await (starting[0] as Promise<ServerProcess>);
    await using b = await (starting[1] as Promise<ServerProcess>);
    const servers = [a, b];
    await using first = new Participant({ id: "first", url: a.url });
    await using second = new Participant({ id: "second", url: b.url });
    await using moving = new Participant({ id: "moving", url: a.url });
    const participants = [first, second, moving];
    const sql = new SqlWriter(database.url);
    const random = seededRandom(seed);

    const faults: Readonly<Record<string, () => Promise<void>>> = {
      async kill() {
        const server = random.pick(servers);
        await server.kill();
        await server.restart();
      },
      /** Until the others have given it up, as after a minute. */
      async pause() {
        const server = random.pick(servers);
        server.pause();
        await sql.progress();
        await forgetLeases(database.url);
        await sql.progress();
        server.resume();
      },
      async endConnections() {
        await endConnections(
          database.url,
          random.pick(["listen %", "%", "begin%", "%convoy_changes%"]),
        );
      },
      async move() {
        moving.move(random.pick(servers).url);
      },
      async drop() {
        random.pick(participants).drop();
      },
    };
    const { url: databaseUrl } = database;
    const happened = await underLoad({
      databaseUrl,
      participants,
      sql,
      random,
      faults,
    });
    expect(happened).toHaveLength(Object.keys(faults).length);
  });
}
