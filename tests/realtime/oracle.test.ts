import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { Client } from "pg";
import { afterAll, expect, test } from "vitest";
import type { Manifest } from "../../compiler/model/manifest.js";
import type { WireJson } from "../../protocol/wire-value.js";
import type { TableStorage } from "../../runtime/database/storage/table-storage.js";
import { createPool } from "../../runtime/postgres/pool/pool.js";
import { identifier } from "../../runtime/postgres/sql/identifier.js";
import { holdLease } from "../../runtime/realtime/changes/lease.js";
import { ResultTexts } from "../../runtime/realtime/query/result-texts.js";
import { realClock } from "../../runtime/realtime/tick/clock.js";
import { LiveQueries } from "../../runtime/realtime/tick/live-queries.js";
import { ModelTable } from "../database/support/model-table.js";
import { propertyRuns } from "../database/support/property-runs.js";
import { type DocumentFields, randomDocument } from "../database/support/random-document.js";
import { randomQuery } from "../database/support/random-query.js";
import { randomRows, rowId } from "../database/support/random-rows.js";
import { randomManifest } from "../database/support/random-schema.js";
import { tableNumbers } from "../database/support/test-ids.js";
import { storagesOf } from "../database/support/test-tables.js";
import { syncedDatabases } from "../postgres/schema/synced-database.js";
import { MemoryClient } from "./support/memory-client.js";
import { evaluate, type LiveDescription, programOf } from "./support/model-program.js";
import type { Shown } from "./support/sync-client.js";

const databases = syncedDatabases();
afterAll(() => databases[Symbol.asyncDispose]());

const ROWS = 12;
const CLIENTS = 3;

type Write =
  /** A document is put where there was another one, or none; with `null` it goes. */
  | { readonly kind: "put"; readonly row: number; readonly fields: DocumentFields | null }
  | { readonly kind: "delete-all" | "touch-all" | "truncate" };

type Event =
  | { readonly kind: "write"; readonly table: number; readonly writes: readonly Write[] }
  | { readonly kind: "watch" | "unwatch"; readonly client: number; readonly query: number }
  | { readonly kind: "slow" | "quick"; readonly client: number }
  /** Lets ticks go on meanwhile. */
  | { readonly kind: "pause" };

const scenario = randomManifest.chain((manifest) =>
  randomRows(manifest, ROWS).chain((rows) => {
    const context = { types: manifest.types, tableNumber: tableNumbers(manifest.tables) };
    const perTable = manifest.tables.map((table, at) => {
      const { model } = rows[at] ?? expect.fail();
      const query = randomQuery(manifest, table, model);
      const description: fc.Arbitrary<LiveDescription> = fc.oneof(
        { weight: 6, arbitrary: query.map((of) => ({ kind: "query" as const, query: of })) },
        fc.tuple(query, query).map(([first, second]) => ({ kind: "both" as const, first, second })),
        fc.nat(ROWS).map((row) => ({
          kind: "get" as const,
          table: table.name,
          id: rowId(context.tableNumber(table.name), row),
        })),
        fc.constant({ kind: "sql" as const, table: table.name }),
      );
      const write: fc.Arbitrary<Write> = fc.oneof(
        {
          weight: 8,
          arbitrary: fc.record({
            kind: fc.constant("put" as const),
            row: fc.nat(ROWS + 2),
            fields: fc.option(randomDocument(table, context), { freq: 3 }),
          }),
        },
        fc.record({ kind: fc.constantFrom("delete-all", "touch-all", "truncate") }),
      );
      const event: fc.Arbitrary<Event> = fc
        .array(write, { minLength: 1, maxLength: 3 })
        .map((writes) => ({ kind: "write", table: at, writes }));
      return { description, event };
    });
    const client = fc.nat(CLIENTS - 1);
    const events: fc.Arbitrary<Event>[] = [
      ...perTable.map(({ event }) => event),
      fc.record({ kind: fc.constantFrom("watch", "unwatch"), client, query: fc.nat(9) }),
      fc.record({ kind: fc.constantFrom("slow", "quick"), client }),
      fc.constant({ kind: "pause" }),
    ];
    return fc.record({
      manifest: fc.constant(manifest),
      rows: fc.constant(rows),
      descriptions: fc.array(fc.oneof(...perTable.map(({ description }) => description)), {
        minLength: 10,
        maxLength: 10,
      }),
      events: fc.array(fc.oneof(...events), { minLength: 10, maxLength: 40, size: "max" }),
    });
  }),
);

test("what clients show is always one snapshot of history, never an older one, and in the end the last", async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async ({ manifest, rows, descriptions, events }) => {
      await using database = await databases.take();
      await database.sync(manifest);
      await using pool = createPool({ url: database.url, max: 3 });
      const writer = new Client({ connectionString: database.url });
      await writer.connect();
      const world = new World(manifest, writer);
      for (const [at, { documents }] of rows.entries()) {
        for (const [id, fields] of documents) await world.put(at, id, fields);
      }
      const serverId = randomUUID();
      const live = new LiveQueries({
        pool,
        serverId,
        program: () => Promise.resolve(program),
        texts: new ResultTexts(),
        failed: (_name, error) => {
          throw error;
        },
      });
      const program = programOf(manifest, descriptions);
      const lease = holdLease({ pool, serverId, clock: realClock, needs: () => live.fence });
      await lease.ready;
      const versions: WireJson[][] = [];
      const note = (): void => {
        versions.push(descriptions.map((description) => evaluate(world.tables, description)));
      };
      note();

      const clients = Array.from({ length: CLIENTS }, (_, at) => new MemoryClient(live, `${at}`));
      const watched = clients.map(() => new Map<number, number>());
      let names = 0;
      const done = new AbortController();
      const ticking = (async () => {
        while (!done.signal.aborted) {
          await live.tick();
          await new Promise((resolve) => setImmediate(resolve));
        }
        await live.tick();
      })();
      try {
        for (const event of events) {
          switch (event.kind) {
            case "write":
              await writer.query("begin");
              for (const write of event.writes) await world.write(event.table, write);
              // Before the answer: whoever sees the commit may look for it at once.
              note();
              await writer.query("commit");
              break;
            case "watch":
              names += 1;
              watched[event.client]?.set(names, event.query);
              clients[event.client]?.watch(names, String(event.query));
              break;
            case "unwatch":
              for (const [id, query] of watched[event.client] ?? []) {
                if (query !== event.query) continue;
                clients[event.client]?.unwatch(id);
              }
              break;
            case "slow":
            case "quick":
              (clients[event.client] as MemoryClient).isSlow = event.kind === "slow";
              break;
            case "pause":
              await new Promise((resolve) => setImmediate(resolve));
          }
        }
        for (const client of clients) {
          client.isSlow = false;
          client.settle(1);
        }
      } finally {
        done.abort();
        await ticking;
        await lease[Symbol.asyncDispose]();
        await writer.end();
      }

      for (const [at, client] of clients.entries()) {
        const queries = watched[at] as Map<number, number>;
        let version = 0;
        for (const shown of client.history) {
          while (version < versions.length && !isOf(versions[version], shown, queries))
            version += 1;
          if (version < versions.length) continue;
          expect(toPlain(shown, queries)).toBe("a snapshot of history, not older than the last");
        }
        expect(client.mutation).toBe(1);
        expect(client.largestInbox).toBeLessThanOrEqual(2);
        const last = versions.at(-1);
        for (const id of client.session.watches.keys()) {
          expect(client.shown.get(id)?.value).toEqual(last?.[queries.get(id) as number]);
        }
      }
    }),
    { ...propertyRuns(25), endOnFailure: true },
  );
});

function isOf(
  version: readonly WireJson[] | undefined,
  shown: ReadonlyMap<number, Shown>,
  queries: ReadonlyMap<number, number>,
): boolean {
  return [...shown].every(([id, { value }]) =>
    isDeepStrictEqual(value, version?.[queries.get(id) as number]),
  );
}

function toPlain(
  shown: ReadonlyMap<number, Shown>,
  queries: ReadonlyMap<number, number>,
): readonly unknown[] {
  return [...shown].map(([id, { value }]) => [queries.get(id), value]);
}

/** The tables in Postgres, written with plain SQL, and the same in memory. */
class World {
  readonly tables = new Map<string, ModelTable>();
  readonly #writer: Client;
  readonly #storages: readonly TableStorage[];

  constructor(manifest: Manifest, writer: Client) {
    this.#writer = writer;
    this.#storages = storagesOf(manifest);
    for (const table of manifest.tables) this.tables.set(table.name, new ModelTable(table));
  }

  async put(at: number, id: string, fields: DocumentFields | null): Promise<void> {
    const { storage, model } = this.#table(at);
    const before = model.documents.find(({ _id }) => _id === id);
    model.delete(id);
    const name = identifier(storage.name);
    if (fields === null) {
      await this.#writer.query(`delete from ${name} where id = $1`, [id]);
      return;
    }
    if (model.insert(id, fields) !== null) {
      // Another document has what a unique index allows once.
      if (before !== undefined) {
        const { _id, _creationTime, ...old } = before;
        model.insert(id, old);
      }
      return;
    }
    const columns = [
      ...(storage.columns.document ? [storage.columns.document] : []),
      ...storage.columns.promoted,
    ];
    const names = columns.map((column) => identifier(column.name));
    const values = columns.map((column, place) => `$${place + 2}::text::${column.type}`);
    const sets = names.map((column) => `${column} = excluded.${column}`);
    await this.#writer.query(
      `insert into ${name} (id, ${names.join()}) values ($1, ${values.join()})
       on conflict (id) do update set ${sets.join()}`,
      [id, ...storage.encode(fields)],
    );
  }

  async write(at: number, write: Write): Promise<void> {
    const { storage, model } = this.#table(at);
    if (write.kind === "put") {
      await this.put(at, rowId(storage.number, write.row), write.fields);
      return;
    }
    const name = identifier(storage.name);
    if (write.kind === "touch-all") {
      await this.#writer.query(`update ${name} set id = id`);
      return;
    }
    await this.#writer.query(
      write.kind === "truncate" ? `truncate ${name}` : `delete from ${name}`,
    );
    for (const { _id } of model.documents) model.delete(_id);
  }

  #table(at: number): { readonly storage: TableStorage; readonly model: ModelTable } {
    const storage = this.#storages[at] as TableStorage;
    return { storage, model: this.tables.get(storage.name) as ModelTable };
  }
}
