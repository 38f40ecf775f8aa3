import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Socket } from "node:net";
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
/** A result; what is around it, and all else that is said to a client, is far less than a kilobyte. */
const RESULT_BYTES = 4 * 2 ** 20;
const OTHER_BYTES = 1024;

/** Of the server, which is in this process. */
const sockets: Socket[] = [];
subscribe("net.server.socket", noteSocket);
afterAll(() => unsubscribe("net.server.socket", noteSocket));

function noteSocket(message: unknown): void {
  sockets.push((message as { readonly socket: Socket }).socket);
}

/** The bytes that the server holds for want of room in the network, for whom it holds most. */
function heldBytes(): number {
  const open = sockets.filter(({ destroyed }) => !destroyed);
  return Math.max(0, ...open.map(({ writableLength }) => writableLength));
}

/** @returns the most that was held while others wrote, and saw it. */
async function mostHeld(participant: Participant): Promise<number> {
  let most = 0;
  for (let mark = 0; mark < MARKS; mark += 1) {
    await participant.addAndSee();
    most = Math.max(most, heldBytes());
  }
  return most;
}

/** Of the two that are on their way, the network may have taken some of the first. */
function expectTwoResults(bytes: number): void {
  expect(bytes).toBeGreaterThan(RESULT_BYTES);
  expect(bytes).toBeLessThan(2 * (RESULT_BYTES + OTHER_BYTES));
}

test("a client that does not read costs two transitions, hurts nobody, and is up to date when it reads", async () => {
  await using participant = new Participant({ id: "quick", url: server.url });
  await participant.addAndSee();
  await using slow = await syncClient(server.url);
  slow.watch(1, "marks.large", { kilobytes: 4 * MEGABYTE });
  await slow.settled();
  const before = slow.transitions.length;
  slow.webSocket.pause();
  const most = await mostHeld(participant);
  slow.webSocket.resume();
  const last = participant.acknowledged;
  const shows = (): number => (slow.shown.get(1) as { readonly value: [number, string] }).value[0];
  await eventually("it is up to date", () => shows() === last);
  // What was on its way, what the network had taken by itself, and one for all that came after.
  expect(slow.transitions.length - before).toBeLessThan(MARKS / 2);
  expectTwoResults(most);
  expect(heldBytes()).toBe(0);
  await expectAllWell(database.url, [participant]);
});

test("a stream of events that is not read costs no more", async () => {
  await using participant = new Participant({ id: "quicker", url: server.url });
  await participant.addAndSee();
  await using stream = await eventStream(server.url);
  const query = { id: 1, name: "marks.large", args: { kilobytes: 4 * MEGABYTE } };
  await stream.send({ type: "connect", clientId: "unread" }, { type: "watch", queries: [query] });
  expectTwoResults(await mostHeld(participant));
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
