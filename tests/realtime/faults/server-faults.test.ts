import { afterAll, test } from "vitest";
import { withClient } from "../../../runtime/postgres/embedded/database-client.js";
import { seededRandom } from "../../support/random.js";
import { marksDatabase } from "./support/marks-server.js";
import { Participant } from "./support/participant.js";
import { removeBundle, ServerProcess } from "./support/spawn-server.js";
import { underLoad } from "./support/under-load.js";
import { faultSeeds, SqlWriter } from "./support/world.js";

afterAll(removeBundle);

const FAULTS = 6;

for (const seed of faultSeeds(2)) {
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
        await forget(database.url);
        await sql.progress();
        server.resume();
      },
      async terminate() {
        await terminate(database.url, random.pick(["listen %", "%", "begin%", "%convoy_changes%"]));
      },
      async move() {
        moving.move(random.pick(servers).url);
      },
      async drop() {
        random.pick(participants).drop();
      },
    };
    const { url: databaseUrl } = database;
    await underLoad({ databaseUrl, participants, sql, random, faults, count: FAULTS });
  });
}

/** Deletes leases, and what they kept, as another server does with those that were not renewed. */
async function forget(url: string): Promise<void> {
  await withClient(url, async (client) => {
    await client.query("begin");
    await client.query(
      "delete from _convoy.leases where server_id in (select server_id from _convoy.leases for update skip locked)",
    );
    await client.query("delete from _convoy.changes");
    await client.query("commit");
  });
}

/** Ends the servers' connections whose last statement was like this. */
async function terminate(url: string, statement: string): Promise<void> {
  await withClient(url, async (client) => {
    await client.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid() and application_name like 'convoy%'
         and query ilike $1`,
      [statement],
    );
  });
}
