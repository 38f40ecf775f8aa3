import { expect, test } from "vitest";
import type { ServerMessage } from "../../../protocol/sync.js";
import { createPool } from "../../../runtime/postgres/pool/pool.js";
import { LiveServer } from "../../../runtime/realtime/live-server.js";
import { openBackend } from "../../../runtime/server/backend.js";
import { usualLimits } from "../../../runtime/server/limits.js";
import { seededRandom } from "../../support/random.js";
import { eventually } from "./support/eventually.js";
import { marksProject } from "./support/marks-project.js";
import { marksDatabase, startMarksServer } from "./support/marks-server.js";
import { Participant } from "./support/participant.js";
import { underLoad } from "./support/under-load.js";
import { Wire } from "./support/wire.js";
import { faultSeeds, SqlWriter } from "./support/world.js";

for (const seed of faultSeeds(1)) {
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
    const happened = await underLoad({
      databaseUrl,
      participants,
      sql,
      random,
      faults,
      mend,
    });
    expect(happened).toHaveLength(Object.keys(faults).length);
  });
}

test("a network that falls silent for good is found out, and keeps nobody from stopping", async () => {
  await using database = await marksDatabase();
  const { url: databaseUrl } = database;
  await using wire = await Wire.to(databaseUrl, seededRandom(1));
  await using backend = await openBackend({ databaseUrl, code: marksProject() });
  const pool = createPool({ url: wire.url, silenceMs: 300 });
  const live = new LiveServer({
    pool,
    program: () => backend.program(),
    limits: usualLimits,
    failed: () => expect.fail(),
    onError: () => {},
    onTrimError: () => {},
  });
  let shown: unknown = null;
  const session = live.connect({
    send(text, onSent) {
      const message = JSON.parse(text) as ServerMessage;
      if (message.type === "transition") shown = message.changes[0]?.value;
      onSent();
    },
    close: () => {},
  });
  const query = { id: 1, name: "marks.count", args: {} };
  const messages = [
    { type: "connect", clientId: "silent" },
    { type: "watch", queries: [query] },
  ];
  live.receive(session, JSON.stringify(messages));
  await eventually("there are none", () => shown === 0);
  const sql = new SqlWriter(databaseUrl);
  for (let times = 1; times <= 2; times += 1) {
    wire.freeze();
    await sql.add();
    await eventually("the mark is shown", () => shown === times);
  }
  wire.freeze();
  await live[Symbol.asyncDispose]();
  await pool[Symbol.asyncDispose]();
});
