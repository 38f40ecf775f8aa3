import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { Client } from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Pool } from "../../../runtime/postgres/pool/pool.js";
import type { Fence } from "../../../runtime/realtime/changes/fence.js";
import { holdLease, type Lease } from "../../../runtime/realtime/changes/lease.js";
import { propertyRuns } from "../../database/support/property-runs.js";
import { index, manifest, table, text } from "../../postgres/plan/manifests.js";
import { waitUntil } from "../../postgres/embedded/wait-until.js";
import { layoutsOf, type LogReader, openLogReader } from "./log-reader.js";
import { manualClock } from "./manual-clock.js";
import { type OpenDatabase, openDatabase } from "./open-database.js";

const schema = manifest([
  table("notes", { title: text }, { indexes: [index("by_title", "title")] }),
  table("others", { title: text }),
]);
const layouts = layoutsOf(schema);
const [NOTES, OTHERS] = [1, 2];

let database: OpenDatabase;
let pool: Pool;
let client: Client;

beforeAll(async () => {
  database = await openDatabase(schema);
  ({ pool, client } = database);
});

afterAll(() => database[Symbol.asyncDispose]());

beforeEach(async () => {
  await client.query("delete from _convoy.leases; delete from _convoy.changes");
});

/** A server: it reads the log, and holds a lease for what it has read. */
interface Server extends AsyncDisposable {
  readonly reader: LogReader;
  readonly lease: Lease;
}

async function openServer(): Promise<Server> {
  const reader = await openLogReader({ url: database.url, layouts, lease: false });
  const { serverId } = reader;
  const lease = holdLease({ pool, serverId, clock: manualClock(), needs: () => reader.fence });
  await lease.ready;
  await reader.read();
  return {
    reader,
    lease,
    async [Symbol.asyncDispose]() {
      await lease[Symbol.asyncDispose]();
      await reader[Symbol.asyncDispose]();
    },
  };
}

async function write(title: string, table: string = "notes"): Promise<void> {
  await client.query(`insert into ${table} (doc) values (jsonb_build_object('title', $1::text))`, [
    title,
  ]);
}

async function count(table: "changes" | "leases"): Promise<number> {
  const { rows } = await client.query<{ count: number }>(
    `select count(*)::int as count from _convoy.${table}`,
  );
  return rows[0]?.count ?? Number.NaN;
}

/** Until transactions of other databases of the server have ended, their changes might be needed. */
async function expectTrimmed(...servers: readonly Server[]): Promise<void> {
  await waitUntil("the log is trimmed", async () => {
    for (const { reader } of servers) await reader.changes();
    for (const { lease } of servers) await lease.renew();
    return (await count("changes")) === 0;
  });
}

async function titles({ reader }: Server): Promise<readonly (string | null | undefined)[]> {
  const changes = await reader.changes();
  return changes.flatMap((change) =>
    change.kind === "rows" ? change.rows.map(({ after }) => after?.[0]) : ["everything"],
  );
}

interface Transaction {
  readonly ops: readonly ("write" | "savepoint" | "undo" | "pause" | "many")[];
  readonly commits: boolean;
}

const transaction: fc.Arbitrary<Transaction> = fc.record({
  ops: fc.array(
    fc.constantFrom<Transaction["ops"][number]>(
      "write",
      "write",
      "write",
      "savepoint",
      "undo",
      "pause",
      "many",
    ),
    { minLength: 1, maxLength: 12 },
  ),
  commits: fc.boolean(),
});

const writers = fc.array(fc.array(transaction, { minLength: 1, maxLength: 6 }), {
  minLength: 2,
  maxLength: 5,
});

test("what is read from one snapshot to the next is what was committed, none of it lost or twice", async () => {
  const clients = await Promise.all(
    Array.from({ length: 5 }, async () => {
      const writer = new Client({ connectionString: database.url });
      await writer.connect();
      return writer;
    }),
  );
  try {
    await fc.assert(
      fc.asyncProperty(writers, async (scripts) => {
        await using quick = await openServer();
        await using slow = await openServer();
        const committed: string[] = [];
        const running = new Set<readonly Transaction[]>(scripts);
        const write = async (transactions: readonly Transaction[], at: number): Promise<void> => {
          const writer = clients[at] as Client;
          for (const [n, { ops, commits }] of transactions.entries()) {
            committed.push(...(await runTransaction(writer, `${at}.${n}`, ops, commits)));
          }
          running.delete(transactions);
        };
        const read = async (server: Server, every: number): Promise<string[]> => {
          const found: string[] = [];
          // Trimming all the while must not take what another one needs.
          for (let n = 1; running.size > 0; n += 1) {
            if (n % every === 0) found.push(...((await titles(server)) as string[]));
            await server.lease.renew();
          }
          found.push(...((await titles(server)) as string[]));
          return found;
        };
        const reading = [read(quick, 1), read(slow, 7)];
        await Promise.all(scripts.map(write));
        for (const found of await Promise.all(reading)) {
          expect(found.toSorted()).toEqual(committed.toSorted());
        }
      }),
      propertyRuns(15),
    );
  } finally {
    await Promise.all(clients.map((writer) => writer.end()));
  }
});

/** @returns what it has written, where it was committed. */
async function runTransaction(
  writer: Client,
  name: string,
  ops: Transaction["ops"],
  commits: boolean,
): Promise<readonly string[]> {
  await writer.query("begin");
  const levels: string[][] = [[]];
  for (const [at, op] of ops.entries()) {
    const title = `${name}.${at}`;
    switch (op) {
      case "write":
        await writer.query(
          "insert into notes (doc) values (jsonb_build_object('title', $1::text))",
          [title],
        );
        levels.at(-1)?.push(title);
        break;
      case "many":
        await writer.query(
          `insert into notes (doc) select jsonb_build_object('title', $1 || '.' || n)
           from generate_series(1, 3) as n`,
          [title],
        );
        levels.at(-1)?.push(`${title}.1`, `${title}.2`, `${title}.3`);
        break;
      case "savepoint":
        await writer.query(`savepoint s${levels.length}`);
        levels.push([]);
        break;
      case "undo":
        if (levels.length === 1) break;
        levels.pop();
        await writer.query(`rollback to savepoint s${levels.length}`);
        break;
      case "pause":
        await writer.query("select");
    }
  }
  await writer.query(commits ? "commit" : "rollback");
  return commits ? levels.flat() : [];
}

describe("reading", () => {
  test("says nothing of tables that were not asked for, and only the table for keys of another layout", async () => {
    await using server = await openServer();
    await write("a");
    await write("b", "others");
    const old = layouts.get(NOTES) ?? expect.fail();
    const { serverId } = server.reader;
    await using reader = await openLogReader({
      url: database.url,
      serverId,
      lease: false,
      layouts: new Map([[NOTES, { ...old, hash: old.hash + 1 }]]),
    });
    await reader.read();
    expect(new Set((await server.reader.changes()).map(({ tableNumber }) => tableNumber))).toEqual(
      new Set([NOTES, OTHERS]),
    );
    await write("c");
    await write("d");
    await write("e", "others");
    expect(await reader.changes()).toEqual([{ kind: "table", tableNumber: NOTES }]);
  });

  test("gives up on more than it can tell", async () => {
    await using server = await openServer();
    await client.query(
      `insert into _convoy.changes (table_number, layout, id)
       select 1, 1, gen_random_uuid() from generate_series(1, 20001)`,
    );
    expect((await server.reader.read()).changes).toBeNull();
    expect((await server.reader.read()).changes).toEqual([]);
  });

  test("scans the index and nothing else, however long the log is", async () => {
    await using server = await openServer();
    await client.query(
      `insert into _convoy.changes (table_number, layout, id)
       select 1, 1, gen_random_uuid() from generate_series(1, 30000)`,
    );
    await server.reader.read();
    const { xmax } = server.reader.fence ?? expect.fail();
    await client.query("set enable_seqscan = off; set enable_bitmapscan = off");
    const { rows } = await client.query<{ "QUERY PLAN": string }>(
      `explain select from _convoy.changes where xid >= '${xmax}'::xid8
       union all select from _convoy.changes where xid = any('{5,6}'::xid8[])`,
    );
    await client.query("reset enable_seqscan; reset enable_bitmapscan");
    const plan = rows.map((row) => row["QUERY PLAN"]).join("\n");
    expect(plan.match(/Index (Only )?Scan using changes_xid/g)).toHaveLength(2);
  });
});

describe("a lease", () => {
  test("keeps what its server has not read, and nothing that all have read", async () => {
    await using one = await openServer();
    await using other = await openServer();
    await write("a");
    await one.reader.read();
    await one.lease.renew();
    expect(await count("changes")).toBe(1);
    expect(await titles(other)).toEqual(["a"]);
    await expectTrimmed(one, other);
    await write("b");
    expect([await titles(one), await titles(other)]).toEqual([["b"], ["b"]]);
  });

  test("keeps what an open transaction has written", async () => {
    await using server = await openServer();
    const long = new Client({ connectionString: database.url });
    await long.connect();
    try {
      await long.query(`begin; insert into notes (doc) values ('{"title": "long"}')`);
      await write("a");
      expect(await titles(server)).toEqual(["a"]);
      await server.lease.renew();
      await long.query("commit");
      await server.lease.renew();
      expect(await titles(server)).toEqual(["long"]);
    } finally {
      await long.end();
    }
  });

  test("of a server that needs nothing keeps nothing", async () => {
    const serverId = randomUUID();
    await using lease = holdLease({ pool, serverId, clock: manualClock(), needs: () => null });
    await lease.ready;
    await write("a");
    expect(await count("leases")).toBe(1);
    await waitUntil("the log is trimmed", async () => {
      await lease.renew();
      return (await count("changes")) === 0;
    });
  });

  test("that was not renewed for a minute is ended by others, and its server takes that for any change", async () => {
    await using sleeper = await openServer();
    await using other = await openServer();
    await client.query(
      "update _convoy.leases set renewed_at = now() - interval '61 seconds' where server_id = $1",
      [sleeper.reader.serverId],
    );
    await write("a");
    await other.reader.read();
    await other.lease.renew();
    expect(await count("leases")).toBe(1);
    expect((await sleeper.reader.read()).changes).toBeNull();
    await sleeper.lease.renew();
    expect((await sleeper.reader.read()).changes).toBeNull();
    await write("b");
    expect(await titles(sleeper)).toEqual(["b"]);
  });

  test("that was lost and had again between two readings is not the same", async () => {
    await using server = await openServer();
    await client.query("delete from _convoy.leases");
    await server.lease.renew();
    expect((await server.reader.read()).changes).toBeNull();
    expect(await titles(server)).toEqual([]);
  });

  test("never goes back, though its server has not read on", async () => {
    await using server = await openServer();
    const from = async (): Promise<bigint> => {
      await server.lease.renew();
      const { rows } = await client.query<{ xid: string }>(
        "select needed_from::text as xid from _convoy.leases",
      );
      return BigInt(rows[0]?.xid ?? 0);
    };
    let start = 0n;
    await waitUntil("a new lease begins later than the fence", async () => {
      await write("a");
      await client.query("delete from _convoy.leases");
      start = await from();
      return start > (server.reader.fence?.xmin ?? 0n);
    });
    expect(await from()).toBe(start);
  });

  test("deletes a long log in parts", async () => {
    await using server = await openServer();
    await client.query(
      `insert into _convoy.changes (table_number, layout, id)
       select 1, 1, gen_random_uuid() from generate_series(1, 12000)`,
    );
    await expectTrimmed(server);
  });

  test("is renewed every ten seconds, or when it is lost, and ends with its server", async () => {
    const clock = manualClock();
    const serverId = randomUUID();
    let needed: Fence | null = null;
    const lease = holdLease({ pool, serverId, clock, needs: () => needed });
    const isRenewed = async (after: number): Promise<void> => {
      await client.query("delete from _convoy.leases");
      for (let seconds = 1; seconds <= after; seconds += 1) {
        expect(clock.waiting).toEqual([1_000]);
        clock.next();
      }
      expect(clock.waiting).toEqual([]);
      await lease.renew();
      expect(await count("leases")).toBe(1);
    };
    await lease.ready;
    await isRenewed(10);
    // The last reading saw no lease.
    needed = { xmin: 1n, xmax: 1n, xip: [], life: null };
    await isRenewed(1);
    needed = null;
    await client.query("alter table _convoy.leases rename to hidden");
    await lease.renew();
    await client.query("alter table _convoy.hidden rename to leases");
    await isRenewed(1);
    await lease[Symbol.asyncDispose]();
    expect([clock.waiting, await count("leases")]).toEqual([[], 0]);
  });
});
