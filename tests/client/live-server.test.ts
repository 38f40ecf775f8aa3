import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { WebSocket } from "ws";
import {
  type ConvoyClient,
  createApi,
  createConvoyClient,
  type FunctionReference,
  type WatchedQuery,
} from "../../client/index.js";
import type { OwnDatabase } from "../../runtime/postgres/embedded/template-database.js";
import { liveFunctions } from "../realtime/support/live-notes.js";
import { notesDatabase, startTestServer, type TestServer } from "../server/support/test-server.js";

interface Note {
  readonly _id: string;
  readonly title: string;
}

const api = createApi<{
  notes: {
    between: FunctionReference<"query", "public", { from: string; to: string }, Note[]>;
    nothing: FunctionReference<"query", "public", {}, null>;
    add: FunctionReference<"mutation", "public", { title: string }, string>;
  };
}>();

let database: OwnDatabase;
let server: TestServer;
let sql: Client;

beforeAll(async () => {
  database = await notesDatabase();
  server = await startTestServer({ databaseUrl: database.url, functions: liveFunctions });
  sql = new Client({ connectionString: database.url });
  await sql.connect();
});

afterAll(async () => {
  await sql.end();
  await server[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

interface Connected {
  readonly client: ConvoyClient;
  /** As if there was another network: the client connects anew. */
  readonly reconnect: () => void;
}

function connect(way: "socket" | "stream"): Connected {
  const wakers = new Set<(why: "online" | "visible") => void>();
  const client = createConvoyClient({
    url: server.url,
    WebSocket: way === "socket" ? WebSocket : null,
    onWake(wake) {
      wakers.add(wake);
      return () => wakers.delete(wake);
    },
  });
  return {
    client,
    reconnect() {
      for (const wake of wakers) wake("online");
    },
  };
}

/** Resolves when what is watched is as it should be. */
function until<Result>(
  query: WatchedQuery<Result>,
  isRight: (result: Result) => boolean,
): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      const { data, isStale } = query.getSnapshot();
      if (data !== undefined && !isStale && isRight(data)) resolve();
    };
    query.subscribe(look);
    look();
  });
}

const titles = (notes: readonly Note[] | undefined): string =>
  (notes ?? []).map(({ title }) => title).join(" ");

test.each(["socket", "stream"] as const)(
  "a client shows what anybody writes, its own mutations before they resolve (%s)",
  async (way) => {
    const prefix = way === "socket" ? "s" : "t";
    const { client, reconnect } = connect(way);
    await using _closed = client;
    await using other = createConvoyClient({ url: server.url });
    const notes = client.watch(api.notes.between, { from: prefix, to: `${prefix}z` });
    await until(notes, (found) => found.length === 0);
    expect(client.connection.state.status).toBe("connected");

    await other.mutation(api.notes.add, { title: `${prefix}2` });
    await until(notes, (found) => titles(found) === `${prefix}2`);
    const [first] = notes.getSnapshot().data!;
    const added = client.mutation(
      api.notes.add,
      { title: `${prefix}1` },
      {
        optimisticUpdate(store, { title }) {
          const args = { from: prefix, to: `${prefix}z` };
          const before = store.getQuery(api.notes.between, args) ?? [];
          store.setQuery(api.notes.between, args, [{ _id: "soon", title }, ...before]);
        },
      },
    );
    await until(notes, (found) => titles(found) === `${prefix}1 ${prefix}2`);
    const id = await added;
    const [shown, shared] = notes.getSnapshot().data!;
    expect(shown).toMatchObject({ _id: id, title: `${prefix}1` });
    expect(shared).toBe(first);

    const before = notes.getSnapshot().data;
    reconnect();
    await until(notes, () => true);
    expect(notes.getSnapshot().data).toBe(before);
    await sql.query("delete from notes where id = $1", [id]);
    await until(notes, (found) => titles(found) === `${prefix}2`);
    await notes.refetch();
    expect(titles(notes.getSnapshot().data)).toBe(`${prefix}2`);
  },
);

test.each(["socket", "stream"] as const)("a query that cannot run says why (%s)", async (way) => {
  const { client } = connect(way);
  await using _closed = client;
  const query = client.watch(api.notes.nothing);
  query.subscribe(() => {});
  await query.refetch();
  expect(query.getSnapshot()).toMatchObject({ isLoading: false, error: { status: 404 } });
});

test("queries that are too many for a server fail alone, and may come later", async () => {
  const limits = { watchesPerSession: 3 };
  await using small = await startTestServer({ functions: liveFunctions, limits });
  await using client = createConvoyClient({ url: small.url });
  const queries = ["a", "b", "c", "d", "e"].map((from) =>
    client.watch(api.notes.between, { from, to: "z" }),
  );
  const stops = queries.map((query) => query.subscribe(() => {}));
  await Promise.all(queries.map((query) => query.refetch()));
  const codes = (): unknown[] => queries.map((query) => query.getSnapshot().error?.code);
  expect(codes()).toEqual([undefined, undefined, undefined, ...Array(2).fill("too-many-queries")]);
  await client.mutation(api.notes.add, { title: "c" });
  expect(queries.map((query) => titles(query.getSnapshot().data))).toEqual(["c", "c", "c", "", ""]);
  for (const stop of stops.slice(0, 2)) stop();
  await queries[4]?.refetch();
  expect(queries[4]?.getSnapshot()).toMatchObject({ data: [], error: undefined, isStale: false });
});

test.each(["socket", "stream"] as const)("text arrives as it was written (%s)", async (way) => {
  const title = `${way}: a\nb\r\n\ndata: c\u2028d\u2029e\u0085`;
  const { client } = connect(way);
  await using _closed = client;
  await client.mutation(api.notes.add, { title });
  const notes = client.watch(api.notes.between, { from: `${way}:`, to: `${way};` });
  notes.subscribe(() => {});
  await notes.refetch();
  expect(notes.getSnapshot()).toMatchObject({ data: [{ title }], error: undefined });
});
