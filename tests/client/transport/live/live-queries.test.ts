import { expect, test, vi } from "vitest";
import { GIVE_UP_FAILURES, LiveQueries } from "../../../../client/transport/live/live-queries.js";
import { LINGER_MS, OPEN_MS } from "../../../../client/transport/live/live-connection.js";
import { outgoing } from "../../../../client/transport/live/outgoing.js";
import { defaultEnvironment } from "../../../../client/environment.js";
import { describeQuery } from "../../../../client/store/query-description.js";
import { CLOSE_RESTART, MAX_SYNC_BYTES, SYNC_PING_MS } from "../../../../protocol/sync.js";
import { api } from "../../support/api.js";
import { quiet } from "../../support/fake-clock.js";
import { fakeServer } from "../../support/fake-server.js";

const ignore = (): void => {};
const owner = "ada";

test.each([false, true])("a client connects when it needs to (stream: %s)", async (isStream) => {
  const { client, clock, live } = fakeServer({ isStream });
  await quiet();
  expect(live.tries).toEqual([]);
  const list = client.watch(api.projects.list, { owner });
  const stops = [list.subscribe(ignore), client.watch(api.projects.count).subscribe(ignore)];
  expect(client.connection.state.status).toBe("connecting");
  await quiet();
  expect(client.connection.state.status).toBe("connected");
  expect(live.tries).toEqual([isStream ? "stream" : "socket"]);
  // All at once, with a name for each query.
  expect(live.received).toEqual([
    { type: "connect", clientId: expect.stringMatching(/^[0-9a-f]{32}$/) },
    {
      type: "watch",
      queries: [
        { id: 1, name: "projects.list", args: { owner } },
        { id: 2, name: "projects.count", args: {} },
      ],
    },
  ]);
  await live.show(api.projects.list, { owner }, [{ name: "a" }]);
  expect(list.getSnapshot().data).toEqual([{ name: "a" }]);
  for (const stop of stops) stop();
  await quiet();
  await clock.advance(LINGER_MS - 1);
  expect(live.sessions).toHaveLength(1);
  await clock.advance(1);
  expect(live.sessions).toHaveLength(0);
  expect(clock.delays).toEqual([]);
});

test("who comes back in time finds the connection, with a new name for the query", async () => {
  const { client, clock, live } = fakeServer();
  live.set(api.projects.count, {}, 1);
  client.watch(api.projects.count).subscribe(ignore)();
  await quiet();
  await clock.advance(LINGER_MS - 1);
  const count = client.watch(api.projects.count);
  count.subscribe(ignore);
  await quiet();
  await clock.advance(LINGER_MS);
  expect(live.tries).toHaveLength(1);
  expect(count.getSnapshot()).toMatchObject({ data: 1, isStale: false });
});

test.each([false, true])(
  "after a loss all queries are sent with their hashes (stream: %s)",
  async (isStream) => {
    const { client, clock, live } = fakeServer({ isStream });
    live.set(api.projects.list, { owner }, [{ name: "a" }]);
    live.set(api.projects.count, {}, 1);
    const [list, count] = [
      client.watch(api.projects.list, { owner }),
      client.watch(api.projects.count),
    ];
    list.subscribe(ignore);
    count.subscribe(ignore);
    await quiet();
    const before = list.getSnapshot().data;
    live.cut();
    await quiet();
    expect(client.connection.state.status).toBe("disconnected");
    expect(list.getSnapshot()).toMatchObject({ data: before, isStale: true });
    live.set(api.projects.count, {}, 2);
    expect(clock.delays).toEqual([125]);
    await clock.advance(125);
    expect(client.connection.state.status).toBe("connected");
    expect(live.received.at(-1)).toMatchObject({
      type: "watch",
      queries: [
        { id: 1, hash: 'h[{"name":"a"}]' },
        { id: 2, hash: "h1" },
      ],
    });
    expect(list.getSnapshot()).toMatchObject({ isStale: false });
    expect(list.getSnapshot().data).toBe(before);
    expect(count.getSnapshot()).toMatchObject({ data: 2, isStale: false });
  },
);

test("a server that is restarted is asked for at once, then after longer and longer", async () => {
  const { client, clock, live } = fakeServer();
  live.set(api.projects.count, {}, 1);
  client.watch(api.projects.count).subscribe(ignore);
  await quiet();
  live.reach = "none";
  live.cut(CLOSE_RESTART);
  const delays: number[] = [];
  for (let failure = 0; failure < 9; failure++) {
    delays.push(...clock.delays);
    await clock.advance(clock.delays[0]!);
  }
  expect(delays).toEqual([0, 250, 500, 1000, 2000, 4000, 5000, 5000, 5000]);
  live.reach = "all";
  await clock.advance(5000);
  expect(client.connection.state.status).toBe("connected");
});

test("where WebSockets never open, a stream serves", async () => {
  const { client, clock, live } = fakeServer();
  live.reach = "streams";
  live.set(api.projects.count, {}, 1);
  const count = client.watch(api.projects.count);
  count.subscribe(ignore);
  await quiet();
  await clock.advance(125);
  await clock.advance(250);
  expect(live.tries).toEqual(["socket", "socket", "stream"]);
  expect(count.getSnapshot()).toMatchObject({ data: 1, isStale: false });
  live.cut();
  await quiet();
  await clock.advance(125);
  await clock.advance(250);
  expect(live.tries.slice(3)).toEqual(["socket", "stream"]);
});

test("a server that is silent is given up: while opening, and later", async () => {
  const { client, clock, live } = fakeServer();
  live.isPaused = true;
  client.watch(api.projects.count).subscribe(ignore);
  await quiet();
  await clock.advance(2 * SYNC_PING_MS - 1);
  live.sessions[0]!.emit({ type: "ping" });
  await clock.advance(2 * SYNC_PING_MS - 1);
  expect(live.tries).toHaveLength(1);
  await clock.advance(1 + 125);
  expect(live.tries).toHaveLength(2);
  expect(live.sessions).toHaveLength(1);
});

test("a stream whose bytes keep coming is not silent, however long a message takes", async () => {
  const { client, clock, live } = fakeServer({ isStream: true });
  live.isPaused = true;
  const count = client.watch(api.projects.count);
  count.subscribe(ignore);
  await quiet();
  const text = JSON.stringify({ type: "transition", changes: [{ id: 1, value: 7, hash: "h" }] });
  const [session] = live.sessions;
  session!.emitBytes(`data: ${text.slice(0, 1)}`);
  for (const letter of text.slice(1)) {
    await clock.advance(2 * SYNC_PING_MS - 1);
    session!.emitBytes(letter);
    await quiet();
  }
  session!.emitBytes("\n\n");
  await quiet();
  expect(live.tries).toEqual(["stream"]);
  expect(count.getSnapshot()).toMatchObject({ data: 7, isStale: false });
  await clock.advance(2 * SYNC_PING_MS);
  expect(live.sessions).toHaveLength(0);
});

test("sockets that fall silent before they were of use make way for a stream, for once", async () => {
  const { client, clock, live } = fakeServer();
  live.isPaused = true;
  live.set(api.projects.count, {}, 1);
  const count = client.watch(api.projects.count);
  count.subscribe(ignore);
  await quiet();
  // A long message, perhaps: of a socket, nobody hears of it before its end.
  for (const ms of [125, 250]) await clock.advance(2 * SYNC_PING_MS + ms);
  expect(live.tries).toEqual(["socket", "socket", "stream"]);
  live.tick();
  await quiet();
  expect(count.getSnapshot()).toMatchObject({ data: 1, isStale: false });
  live.cut();
  await quiet();
  await clock.advance(125);
  expect(live.tries.at(-1)).toBe("socket");
  live.tick();
  // One that was of use is opened again.
  await clock.advance(2 * SYNC_PING_MS + 125);
  expect(live.tries.at(-1)).toBe("socket");
});

test("a WebSocket that does not open in time is given up", async () => {
  const clock = fakeServer().clock;
  const tried: string[] = [];
  const WebSocket = class {
    constructor(url: string) {
      tried.push(url);
    }
    addEventListener(): void {}
    send(): void {}
    close(): void {
      tried.push("closed");
    }
  };
  const sink = { markPending: ignore, apply: ignore };
  const queries = new LiveQueries({
    url: "https://server.test/",
    clientId: "me",
    environment: { ...defaultEnvironment, ...clock, WebSocket },
    sink,
    onStatus: ignore,
  });
  queries.watch(describeQuery(api.projects.count, {}), { value: undefined, hash: undefined });
  await clock.advance(OPEN_MS);
  expect(tried).toEqual(["wss://server.test/api/sync", "closed"]);
  queries.close();
  expect(clock.delays).toEqual([]);
});

test("another network means another connection; a look at the page, a try or a check", async () => {
  const server = fakeServer();
  const { client, clock, live } = server;
  live.set(api.projects.count, {}, 1);
  client.watch(api.projects.count).subscribe(ignore);
  await quiet();
  await server.wake("visible");
  expect(live.tries).toHaveLength(1);
  await server.wake("online");
  await clock.advance(0);
  expect(live.tries).toHaveLength(2);
  live.reach = "none";
  live.cut();
  await quiet();
  await clock.advance(125);
  live.reach = "all";
  await server.wake("visible");
  expect(live.tries).toHaveLength(4);
  expect(client.connection.state.status).toBe("connected");
});

test("who waits for a result learns that the server is away, who has one keeps it", async () => {
  const { client, clock, live } = fakeServer();
  live.set(api.projects.count, {}, 1);
  const count = client.watch(api.projects.count);
  count.subscribe(ignore);
  await quiet();
  live.reach = "none";
  live.cut();
  const list = client.watch(api.projects.list, { owner });
  list.subscribe(ignore);
  const refetched = count.refetch();
  for (let failure = 1; failure < GIVE_UP_FAILURES; failure++) {
    expect(list.getSnapshot()).toMatchObject({ isLoading: true, error: undefined });
    await clock.advance(clock.delays[0]!);
  }
  await refetched;
  expect(list.getSnapshot()).toMatchObject({ isLoading: false, error: { code: "network-error" } });
  live.reach = "all";
  live.set(api.projects.list, { owner }, []);
  await clock.advance(10_000);
  expect(list.getSnapshot()).toMatchObject({ data: [], error: undefined, isStale: false });
  expect(count.getSnapshot()).toMatchObject({ data: 1, error: undefined, isStale: false });
});

test("a client that is refused shows why, and tries again later", async () => {
  const { client, clock, live } = fakeServer();
  live.set(api.projects.count, {}, 1);
  const count = client.watch(api.projects.count);
  count.subscribe(ignore);
  await quiet();
  const [session] = live.sessions;
  session!.emit({
    type: "refused",
    problem: {
      type: "",
      title: "",
      status: 400,
      code: "too-many-queries",
      detail: "Too many.",
      retryable: false,
    },
  });
  await quiet();
  expect(session!.isOver).toBe(true);
  expect(count.getSnapshot()).toMatchObject({ data: 1, error: { code: "too-many-queries" } });
  await clock.advance(125);
  expect(count.getSnapshot()).toMatchObject({ data: 1, error: undefined, isStale: false });
});

test.each([
  ["no JSON", "{"],
  ["null", "null"],
  ["an unknown message", '{"type":"new"}'],
  ["no changes", '{"type":"transition"}'],
  ["a change of nothing", '{"type":"transition","changes":[{"id":1}]}'],
  ["another hash alone", '{"type":"transition","changes":[{"id":1,"hash":"x"}]}'],
  ["a value that is none", '{"type":"transition","changes":[{"id":1,"value":{"$date":"x"}}]}'],
  ["an error that is none", '{"type":"transition","changes":[{"id":1,"error":{}}]}'],
  ["too much of the list", '{"type":"transition","changes":[{"id":1,"delta":[[0,2]]}]}'],
  ["what is before the list", '{"type":"transition","changes":[{"id":1,"delta":[[-1,1]]}]}'],
  ["a delta of no list", '{"type":"transition","changes":[{"id":2,"delta":[]}]}'],
  [
    "one good change before a bad one",
    '{"type":"transition","changes":[{"id":2,"value":7},{"id":1,"delta":[[0,2]]}]}',
  ],
])("a message with %s ends the connection and changes nothing", async (_what, text) => {
  const { client, clock, live } = fakeServer();
  live.set(api.projects.list, { owner }, [{ name: "a" }]);
  live.set(api.projects.count, {}, 1);
  const [list, count] = [
    client.watch(api.projects.list, { owner }),
    client.watch(api.projects.count),
  ];
  list.subscribe(ignore);
  count.subscribe(ignore);
  await quiet();
  const [session] = live.sessions;
  session!.emitText(text);
  await quiet();
  expect(session!.isOver).toBe(true);
  expect(list.getSnapshot()).toMatchObject({ data: [{ name: "a" }], isStale: true });
  expect(count.getSnapshot()).toMatchObject({ data: 1, isStale: true });
  await clock.advance(125);
  expect(list.getSnapshot()).toMatchObject({ data: [{ name: "a" }], isStale: false });
});

test("after a loss nothing is shown before all queries have a result again", async () => {
  const { client, clock, live } = fakeServer();
  live.set(api.projects.count, {}, 1);
  live.set(api.projects.list, { owner }, []);
  const [list, count] = [
    client.watch(api.projects.list, { owner }),
    client.watch(api.projects.count),
  ];
  list.subscribe(ignore);
  count.subscribe(ignore);
  await quiet();
  live.isPaused = true;
  live.cut();
  await quiet();
  await clock.advance(125);
  const [session] = live.sessions;
  session!.emit({ type: "transition", changes: [{ id: 2, value: 2, hash: "h2" }] });
  expect(count.getSnapshot()).toMatchObject({ data: 1, isStale: true });
  // Lost again: what has come so far is known, but not shown.
  live.cut();
  await quiet();
  await clock.advance(250);
  expect(live.received.at(-1)).toMatchObject({ queries: [{ hash: "h[]" }, { hash: "h2" }] });
  const again = live.sessions[0]!;
  again.emit({ type: "transition", changes: [{ id: 2, hash: "h2" }] });
  expect(count.getSnapshot()).toMatchObject({ data: 1 });
  again.emit({ type: "transition", changes: [{ id: 1, value: [{ name: "a" }], hash: "x" }] });
  expect(count.getSnapshot()).toMatchObject({ data: 2, isStale: false });
  expect(list.getSnapshot()).toMatchObject({ data: [{ name: "a" }], isStale: false });
});

test("a mutation that is answered while the connection is lost waits for the next one", async () => {
  const { client, clock, live, next } = fakeServer();
  live.set(api.projects.count, {}, 1);
  const count = client.watch(api.projects.count);
  count.subscribe(ignore);
  await quiet();
  const whenShown = vi.fn();
  void client
    .mutation(
      api.projects.clear,
      {},
      { optimisticUpdate: (store) => store.setQuery(api.projects.count, {}, 0) },
    )
    .then(whenShown);
  live.cut();
  await next().answer(null);
  expect(whenShown).not.toHaveBeenCalled();
  expect(count.getSnapshot()).toMatchObject({ data: 0, isStale: true });
  live.set(api.projects.count, {}, 0);
  await clock.advance(125);
  expect(live.received.at(-1)).toEqual({ type: "settle", mutation: 1 });
  expect(whenShown).toHaveBeenCalledOnce();
  expect(count.getSnapshot()).toMatchObject({ data: 0, isStale: false });
});

test("where live queries cannot be had, a mutation is done, and its layer stays", async () => {
  const { client, clock, live, next } = fakeServer();
  live.set(api.projects.count, {}, 1);
  const count = client.watch(api.projects.count);
  const stop = count.subscribe(ignore);
  await quiet();
  live.reach = "none";
  live.cut();
  const cleared = client.mutation(
    api.projects.clear,
    {},
    { optimisticUpdate: (store) => store.setQuery(api.projects.count, {}, 0) },
  );
  await next().answer(null);
  for (let failure = 1; failure < GIVE_UP_FAILURES; failure++) await clock.advance(10_000);
  await cleared;
  expect(count.getSnapshot()).toMatchObject({ data: 0, isStale: true });
  stop();
  await quiet();
  expect(count.getSnapshot()).toMatchObject({ data: 1, isStale: true });
});

test("who has closed a client has nothing left that waits", async () => {
  const { client, clock, live, next } = fakeServer();
  live.set(api.projects.count, {}, 1);
  const count = client.watch(api.projects.count);
  count.subscribe(ignore);
  await quiet();
  live.isPaused = true;
  const refetched = count.refetch();
  const cleared = client.mutation(api.projects.clear);
  await next().answer(null);
  await client.close();
  await Promise.all([refetched, cleared, count.refetch()]);
  client.watch(api.projects.list, { owner }).subscribe(ignore);
  await quiet();
  expect(live.sessions).toHaveLength(0);
  expect(clock.delays).toEqual([]);
});

test("arguments that are too long fail their query alone", async () => {
  const { client, live } = fakeServer();
  const list = client.watch(api.projects.list, { owner: "x".repeat(MAX_SYNC_BYTES) });
  list.subscribe(ignore);
  await list.refetch();
  expect(list.getSnapshot()).toMatchObject({ isLoading: false, error: { code: "args-too-long" } });
  expect(live.tries).toHaveLength(0);
});

test("what is too long for one part is sent in several, in order", () => {
  const queries = Array.from({ length: 9 }, (_, id) => ({
    id,
    name: "projects.list",
    args: { owner: "ü".repeat(80_000) },
  }));
  const messages = [
    { type: "connect", clientId: "me" },
    { type: "watch", queries },
    { type: "settle", mutation: 1 },
  ] as const;
  const parts = outgoing(messages);
  expect(parts.length).toBeGreaterThan(1);
  for (const part of parts) expect(Buffer.byteLength(part)).toBeLessThanOrEqual(MAX_SYNC_BYTES);
  const sent = parts.flatMap((part) => JSON.parse(part) as typeof messages);
  expect(sent[0]).toEqual(messages[0]);
  expect(sent.at(-1)).toEqual(messages[2]);
  const ids = sent.flatMap((message) =>
    message.type === "watch" ? message.queries.map(({ id }) => id) : [],
  );
  expect(ids).toEqual(queries.map(({ id }) => id));
});
