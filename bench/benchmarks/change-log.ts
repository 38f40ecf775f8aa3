import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Client } from "pg";
import type { Manifest, ManifestTable } from "../../compiler/model/manifest.js";
import type { TypeFact } from "../../compiler/model/type-fact.js";
import type { Benchmark, Row } from "../benchmark.js";
import { built } from "../documents/built.js";

/** By their tables, which are alike. */
const contenders = {
  plain: "no triggers",
  noted: "noted",
  told: "noted, with a notification at each commit",
} as const;

type Contender = keyof typeof contenders;

const names = Object.keys(contenders) as Contender[];

/** How much longer a commit may take with triggers, by the number of connections. */
const limits = new Map([
  [1, 1.3],
  [8, 1.3],
  [32, 1.6],
]);

/** So short that whatever else the machine does meets all alike. */
const TURN_MS = 150;
const TURNS = 8;

/**
 * What a commit takes when the change log notes what was written, and when Postgres tells of it as
 * well: inserts of one row each, of about 300 bytes, on so many connections without a pause.
 */
export const changeLog: Benchmark = {
  name: "change-log",
  async *run({ runs }) {
    const { startEmbeddedPostgres } = await built<
      typeof import("../../runtime/postgres/embedded/start.js")
    >("runtime/postgres/embedded/start.js");
    const { syncSchema } = await built<
      typeof import("../../runtime/postgres/apply/sync-schema.js")
    >("runtime/postgres/apply/sync-schema.js");
    const folder = mkdtempSync(path.join(tmpdir(), "convoy-bench-"));
    // Where root measures, the server runs as somebody else.
    chmodSync(folder, 0o755);
    try {
      await using server = await startEmbeddedPostgres({
        dataDir: path.join(folder, "data"),
        settings: { checkpoint_timeout: "1h", max_wal_size: "8GB" },
      });
      const { url } = server;
      await syncSchema({ url, manifest });
      await query(url, dropTriggers);
      for (const [connections, atMost] of limits) yield* measure(url, connections, atMost, runs);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

async function* measure(
  url: string,
  connections: number,
  atMost: number,
  runs: number,
): AsyncIterable<Row> {
  const clients = await Promise.all(Array.from({ length: connections }, () => connect(url)));
  const commits: Record<Contender, number> = { plain: 0, noted: 0, told: 0 };
  try {
    // The first round is not counted: statements are prepared, and files made.
    for (let turn = 0; turn <= TURNS * runs; turn += 1) {
      for (let place = 0; place < names.length; place += 1) {
        const name = names[(turn + place) % names.length] as Contender;
        const count = await insertFor(clients, name);
        if (turn > 0) commits[name] += count;
      }
      await query(url, "truncate plain, noted, told, _convoy.changes");
    }
  } finally {
    await Promise.all(clients.map((client) => client.end()));
  }
  const micros = (name: Contender) => (TURN_MS * TURNS * runs * 1000) / commits[name];
  const baseline = { name: contenders.plain, value: micros("plain") };
  const of = `${connections} ${connections === 1 ? "connection" : "connections"}`;
  yield {
    measure: `a commit, ${of}: ${contenders.noted}`,
    unit: "µs",
    value: micros("noted"),
    baseline,
    target: { of: "ratio", atMost },
  };
  yield {
    measure: `a commit, ${of}: ${contenders.told}`,
    unit: "µs",
    value: micros("told"),
    baseline,
  };
}

/** Commits of all connections together. */
async function insertFor(clients: readonly Client[], name: Contender): Promise<number> {
  const wakes = name === "told" ? "off" : "on";
  await Promise.all(clients.map((client) => client.query(`set convoy.wakes = ${wakes}`)));
  const insert = { name, text: `insert into ${name} (doc) values ($1)`, values: [document] };
  const end = performance.now() + TURN_MS;
  const counts = clients.map(async (client) => {
    let count = 0;
    for (; performance.now() < end; count += 1) await client.query(insert);
    return count;
  });
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
}

async function connect(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  await client.connect();
  return client;
}

async function query(url: string, text: string): Promise<void> {
  const client = await connect(url);
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}

const document = JSON.stringify({
  name: "A name of some length",
  ownerId: "019aa3e1-7a8f-7001-8b0e-7b3a3f6f4b52",
  status: "active",
  size: 12,
  text: "x".repeat(160),
});

const dropTriggers = ["insert", "update", "delete", "truncate"]
  .map((event) => `drop trigger convoy_${event} on plain`)
  .join("; ");

const text: TypeFact = { kind: "string" };

const manifest: Manifest = {
  version: 1,
  types: {},
  functions: [],
  tables: names.map(
    (name): ManifestTable => ({
      name,
      fields: Object.entries({
        name: text,
        ownerId: text,
        status: text,
        size: { kind: "number" } as const,
        text,
      }).map(([field, type]) => ({
        name: field,
        type,
        optional: false,
        hasDefault: false,
        integer: false,
        ref: null,
      })),
      indexes: [
        { name: "by_owner", fields: ["ownerId", "status"], unique: false },
        { name: "by_size", fields: ["size"], unique: false },
      ],
      promoted: [],
      relational: false,
    }),
  ),
};
