import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { Client } from "pg";
import type { Manifest, ManifestIndex } from "../compiler/model/manifest.js";
import type { TypeFact } from "../compiler/model/type-fact.js";
import type { Benchmark } from "./benchmark.js";

const built = path.join(import.meta.dirname, "../dist/runtime/postgres");
const ROWS = 1_000_000;
const READERS = 3;
const WRITERS = 1;

/** About 300 bytes a document. */
const fill = `insert into items (doc)
select jsonb_build_object('name', 'item ' || n, 'status', (array['planning', 'active', 'done'])[1 + n % 3],
  'size', n % 1000, 'at', '2026-11-22T20:37:50.123Z', 'tags', jsonb_build_array('a', 'b'),
  'text', repeat('x', 160))
from generate_series(1, ${ROWS}) as n`;

/**
 * What others feel while the schema of a table of a million documents changes: the longest that any
 * statement of three readers and a writer took, beside what it takes them when nothing changes.
 */
export const postgresSync: Benchmark = {
  name: "postgres-sync",
  async *run() {
    const { startEmbeddedPostgres } =
      await load<typeof import("../runtime/postgres/embedded/start.js")>("embedded/start.js");
    const { syncSchema } =
      await load<typeof import("../runtime/postgres/apply/sync-schema.js")>("apply/sync-schema.js");
    const folder = mkdtempSync(path.join(tmpdir(), "convoy-bench-"));
    // Where root measures, the server runs as somebody else.
    chmodSync(folder, 0o755);
    try {
      await using server = await startEmbeddedPostgres({ dataDir: path.join(folder, "data") });
      const { url } = server;
      await syncSchema({ url, manifest: manifest({}) });
      await query(url, fill);
      await query(url, "vacuum analyze items");

      const within = { of: "value", atMost: 300 } as const;
      const rest = await underLoad(url, () => new Promise((resolve) => setTimeout(resolve, 5000)));
      yield { measure: "longest statement, nothing else going on", unit: "ms", value: rest.worst };
      const changes: readonly (readonly [string, Manifest])[] = [
        ["an index is added", manifest({ index: "by_status" })],
        ["the index is changed", manifest({ index: "by_size" })],
        ["documents are checked", manifest({ index: "by_size", narrow: true })],
        ["a unique index is added", manifest({ index: "by_size", narrow: true, unique: true })],
        ["indexes are dropped", manifest({ narrow: true })],
      ];
      for (const [measure, wanted] of changes) {
        const { worst, took } = await underLoad(url, () => syncSchema({ url, manifest: wanted }));
        yield { measure: `${measure}: took`, unit: "ms", value: took };
        yield {
          measure: `${measure}: longest statement of others`,
          unit: "ms",
          value: worst,
          target: within,
        };
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

interface Shape {
  readonly index?: "by_status" | "by_size";
  readonly narrow?: boolean;
  readonly unique?: boolean;
}

function manifest({ index, narrow = false, unique = false }: Shape): Manifest {
  const text: TypeFact = { kind: "string" };
  const literals = ["planning", "active", "done"].map(
    (value) => ({ kind: "literal", value }) as const,
  );
  const status: TypeFact = narrow ? { kind: "union", members: literals } : text;
  const fields: readonly (readonly [string, TypeFact])[] = [
    ["name", text],
    ["status", status],
    ["size", { kind: "number" }],
    ["at", narrow ? { kind: "date" } : text],
    ["tags", { kind: "array", element: text }],
    ["text", text],
  ];
  const indexes: ManifestIndex[] = [];
  if (index === "by_status") indexes.push({ name: "main", fields: ["status"], unique: false });
  if (index === "by_size")
    indexes.push({ name: "main", fields: ["status", "size"], unique: false });
  if (unique) indexes.push({ name: "one_name", fields: ["name"], unique: true });
  return {
    version: 1,
    tables: [
      {
        name: "items",
        fields: fields.map(([name, type]) => ({
          name,
          type,
          optional: false,
          hasDefault: false,
          integer: false,
          ref: null,
        })),
        indexes,
        promoted: [],
        relational: false,
      },
    ],
    types: {},
    functions: [],
  };
}

/** Runs `work` beside point reads and updates, each on a connection of its own without a pause. */
async function underLoad(
  url: string,
  work: () => Promise<unknown>,
): Promise<{ readonly worst: number; readonly took: number }> {
  const [sample] = await query<{ ids: readonly string[] }>(
    url,
    "select array_agg(id::text) as ids from (select id from items limit 10000) as sample",
  );
  const ids = sample?.ids ?? [];
  const over = new AbortController();
  const loads = Array.from({ length: READERS + WRITERS }, async (_, at) => {
    const client = new Client({ connectionString: url });
    await client.connect();
    let worst = 0;
    for (let n = at; !over.signal.aborted; n += 1) {
      const started = performance.now();
      const id = ids[(n * 7919) % ids.length];
      if (at < READERS) {
        await client.query({
          name: "read",
          text: "select doc from items where id = $1",
          values: [id],
        });
      } else {
        const text = `update items set doc = doc || '{"size": 1}' where id = $1`;
        await client.query({ name: "write", text, values: [id] });
      }
      worst = Math.max(worst, performance.now() - started);
    }
    await client.end();
    return worst;
  });
  const started = performance.now();
  try {
    await work();
  } finally {
    over.abort();
  }
  const took = performance.now() - started;
  return { worst: Math.max(...(await Promise.all(loads))), took };
}

async function query<Row>(url: string, text: string): Promise<readonly Row[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows as readonly Row[];
  } finally {
    await client.end();
  }
}

async function load<Module>(file: string): Promise<Module> {
  return (await import(pathToFileURL(path.join(built, file)).href)) as Module;
}
