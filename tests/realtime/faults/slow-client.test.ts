import { afterAll, beforeAll, expect, test } from "vitest";
import type { OwnDatabase } from "../../../runtime/postgres/embedded/template-database.js";
import { eventStream } from "../support/event-stream.js";
import { syncClient } from "../support/sync-client.js";
import { eventually } from "./support/eventually.js";
import { type MarksServer, marksDatabase, startMarksServer } from "./support/marks-server.js";
import { Participant } from "./support/participant.js";
import { expectAllWell } from "./support/world.js";

let database: OwnDatabase;
let server: MarksServer;

beforeAll(async () => {
  database = await marksDatabase();
  server = await startMarksServer({ databaseUrl: database.url });
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

const MEGABYTE = 1024;
const MARKS = 12;

test("a client that does not read costs two transitions, hurts nobody, and is up to date when it reads", async () => {
  await using participant = new Participant({ id: "quick", url: server.url });
  await participant.addAndSee();
  await using slow = await syncClient(server.url);
  slow.watch(1, "marks.large", { kilobytes: 4 * MEGABYTE });
  await slow.settled();
  const before = slow.transitions.length;
  slow.webSocket.pause();
  for (let mark = 0; mark < MARKS; mark += 1) await participant.addAndSee();
  slow.webSocket.resume();
  const last = participant.acknowledged;
  const shows = (): number => (slow.shown.get(1) as { readonly value: [number, string] }).value[0];
  await eventually("it is up to date", () => shows() === last);
  // What was on its way, what the network had taken by itself, and one for all that came after.
  expect(slow.transitions.length - before).toBeLessThan(MARKS / 2);
  await expectAllWell(database.url, [participant]);
});

test("a stream of events that is not read costs no more", async () => {
  await using participant = new Participant({ id: "quicker", url: server.url });
  await participant.addAndSee();
  await using stream = await eventStream(server.url);
  const query = { id: 1, name: "marks.large", args: { kilobytes: 4 * MEGABYTE } };
  await stream.send({ type: "connect", clientId: "unread" }, { type: "watch", queries: [query] });
  for (let mark = 0; mark < MARKS; mark += 1) await participant.addAndSee();
  const last = participant.marks?.count;
  let transitions = 0;
  for (let shown: number | undefined; shown !== last; ) {
    const message = await stream.next();
    if (message?.type !== "transition") continue;
    transitions += 1;
    [shown] = (message.changes[0] as unknown as { readonly value: [number, string] }).value;
  }
  expect(transitions).toBeLessThan(MARKS / 2);
});
