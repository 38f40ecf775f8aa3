import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { OwnDatabase } from "../../../runtime/postgres/embedded/template-database.js";
import { syncClient } from "../support/sync-client.js";
import { eventually } from "./support/eventually.js";
import { type MarksServer, marksDatabase, startMarksServer } from "./support/marks-server.js";
import { Participant } from "./support/participant.js";
import { expectAllWell, SqlWriter } from "./support/world.js";

let database: OwnDatabase;
let server: MarksServer;
/** Looks on from outside. */
let admin: Client;
/** Has a lock for as long as its transaction: in one, `pg_stat_activity` would stay as it was. */
let holder: Client;

beforeAll(async () => {
  database = await marksDatabase();
  admin = new Client({ connectionString: database.url });
  holder = new Client({ connectionString: database.url });
  await Promise.all([admin.connect(), holder.connect()]);
  await admin.query("create table gate (n int)");
  server = await startMarksServer({ databaseUrl: database.url });
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await Promise.all([admin.end(), holder.end()]);
  await database[Symbol.asyncDispose]();
});

test("a tick whose connection is ended in the middle happens all the same", async () => {
  await using participant = new Participant({ id: "mid-tick", url: server.url });
  await participant.addAndSee();
  await using client = await syncClient(server.url);
  for (let times = 0; times < 3; times += 1) {
    await holder.query("begin; lock table gate in access exclusive mode");
    client.watch(times, "gate.pass", { times });
    const pid = await waitingFor("gate");
    const seen = participant.marks?.own.length;
    // It is not in the snapshot of the tick that is about to be ended, and in none before.
    await participant.add();
    expect(participant.marks?.own.length).toBe(seen);
    await admin.query("select pg_terminate_backend($1, 10000)", [pid]);
    await holder.query("commit");
    await eventually("the gate is passed", () => client.shown.get(times)?.value === 0);
    await eventually("the mark is shown", () => participant.marks?.own.length === (seen ?? 0) + 1);
  }
  await expectAllWell(database.url, [participant]);
});

test("what is written while nobody listens is shown", async () => {
  await using participant = new Participant({ id: "unheard", url: server.url });
  await participant.addAndSee();
  const sql = new SqlWriter(database.url);
  for (let times = 0; times < 3; times += 1) {
    await eventually("somebody listens", async () => (await endListening()) > 0);
    await sql.add();
  }
  await expectAllWell(database.url, [participant]);
});

test("a mutation whose connection is ended is made once", async () => {
  await using participant = new Participant({ id: "ended", url: server.url });
  await participant.addAndSee();
  const ofParticipant = `doc->>'client' = 'ended'`;
  for (let times = 0; times < 3; times += 1) {
    // It waits for this row.
    await holder.query(`begin; select from totals where ${ofParticipant} for update`);
    const added = participant.add();
    const pid = await waitingFor("totals");
    await admin.query("select pg_terminate_backend($1, 10000)", [pid]);
    await holder.query("commit");
    await added;
  }
  await expectAllWell(database.url, [participant]);
});

/** The process that waits for a lock on the table. */
async function waitingFor(table: string): Promise<number> {
  let pid = 0;
  await eventually(`somebody waits for ${table}`, async () => {
    const { rows } = await admin.query<{ pid: number }>(
      `select pid from pg_stat_activity
       where datname = current_database() and application_name like 'convoy%' and wait_event_type = 'Lock' and query ~ $1`,
      [table],
    );
    pid = rows[0]?.pid ?? 0;
    return pid !== 0;
  });
  return pid;
}

/** @returns how many listened. */
async function endListening(): Promise<number> {
  const { rowCount } = await admin.query(
    `select pg_terminate_backend(pid, 10000) from pg_stat_activity
     where datname = current_database() and query ~* '^(listen|select pg_notify|select 1)'`,
  );
  return rowCount ?? 0;
}
