import { expect, test, vi } from "vitest";
import { ConvoyError } from "../../../client/index.js";
import { describeQuery, type QueryDescription } from "../../../client/store/query-description.js";
import type { QueryResult, QuerySource } from "../../../client/store/query-source.js";
import { MAX_UNWATCHED, QueryStore, UNWATCHED_MS } from "../../../client/store/query-store.js";
import { api, type Project } from "../support/api.js";
import { quiet } from "../support/fake-clock.js";

const list = (owner: string): QueryDescription => describeQuery(api.projects.list, { owner });
const ada = list("ada");
const result = (query: QueryDescription, ...names: string[]): QueryResult => ({
  key: query.key,
  value: names.map((name): Project => ({ name })),
});
const ignore = (): void => {};

/** A store over a source that does nothing but write down what it is told. */
function storeOf(): { store: QueryStore; told: string[]; pass(ms: number): void } {
  const told: string[] = [];
  let now = 0;
  const source: QuerySource = {
    watch: ({ key }) => void told.push(`watch ${key}`),
    unwatch: ({ key }) => void told.push(`unwatch ${key}`),
    refetch: async ({ key }) => void told.push(`refetch ${key}`),
    settle: async (id, onShown) => {
      told.push(`settle ${id}`);
      onShown();
    },
    close: () => void told.push("close"),
  };
  const store = new QueryStore(
    () => source,
    () => now,
  );
  const pass = (ms: number): void => {
    now += ms;
  };
  return { store, told, pass };
}

test("all who watch a query share it, whatever the order of their arguments", async () => {
  const { store, told } = storeOf();
  const one = describeQuery(api.projects.create, { owner: "ada", name: "x" });
  const other = describeQuery(api.projects.create, { name: "x", owner: "ada" });
  const stops = [one, other, one].map((query) => store.watch(query, ignore, true));
  expect(told).toEqual([`watch ${one.key}`]);
  store.apply([{ key: one.key, value: 1 }], 0);
  expect(store.snapshot(one, true)).toBe(store.snapshot(other, true));
  for (const stop of stops) stop();
  await quiet();
  expect(told).toEqual([`watch ${one.key}`, `unwatch ${one.key}`]);
});

test("a snapshot stays the same object until something changes", () => {
  const { store } = storeOf();
  store.watch(ada, ignore, true);
  const loading = store.snapshot(ada, true);
  expect(loading).toEqual({ data: undefined, error: undefined, isLoading: true, isStale: false });
  store.markPending([ada.key]);
  expect(store.snapshot(ada, true)).toBe(loading);

  store.apply([result(ada, "a")], 0);
  const loaded = store.snapshot(ada, true);
  expect(loaded).toEqual({
    data: [{ name: "a" }],
    error: undefined,
    isLoading: false,
    isStale: false,
  });
  store.apply([result(ada, "a")], 0);
  expect(store.snapshot(ada, true)).toBe(loaded);

  store.markPending([ada.key]);
  expect(store.snapshot(ada, true)).toEqual({ ...loaded, isStale: true });
  expect(store.snapshot(ada, true).data).toBe(loaded.data);
});

test("an error keeps the data of before, and says that it is stale", () => {
  const { store } = storeOf();
  store.watch(ada, ignore, true);
  store.apply([result(ada, "a")], 0);
  const error = new ConvoyError("network-error", "Away.");
  store.apply([{ key: ada.key, error }], 0);
  expect(store.snapshot(ada, true)).toEqual({
    data: [{ name: "a" }],
    error,
    isLoading: false,
    isStale: true,
  });
  store.apply([result(ada, "a")], 0);
  expect(store.snapshot(ada, true)).toMatchObject({ error: undefined, isStale: false });
});

test("listeners are called once for all changes of a step, and see them all", async () => {
  const { store } = storeOf();
  const bob = list("bob");
  const seen: unknown[] = [];
  const listener = vi.fn(() => {
    seen.push(store.snapshot(ada, true).data, store.snapshot(bob, true).data);
  });
  store.watch(ada, listener, true);
  store.markPending([ada.key]);
  store.apply([result(ada, "a"), result(bob, "b")], 0);
  store.watch(bob, ignore, true);
  store.apply([result(ada, "b"), result(bob, "b")], 0);
  expect(listener).not.toHaveBeenCalled();
  await quiet();
  expect(seen).toEqual([[{ name: "b" }], [{ name: "b" }]]);
});

test("a listener that throws keeps no other from being called", async () => {
  const { store } = storeOf();
  const uncaught = vi.fn();
  vi.stubGlobal("queueMicrotask", (task: () => void) => {
    void Promise.resolve().then(task).catch(uncaught);
  });
  const other = vi.fn();
  const error = new Error("In a listener.");
  store.watch(
    ada,
    () => {
      throw error;
    },
    true,
  );
  store.watch(ada, other, true);
  store.apply([result(ada, "a")], 0);
  await quiet();
  expect(other).toHaveBeenCalledOnce();
  expect(uncaught).toHaveBeenCalledExactlyOnceWith(error);
});

test("whoever takes over in the same step of the program needs no new result", async () => {
  const { store, told } = storeOf();
  const stop = store.watch(ada, ignore, true);
  stop();
  stop();
  store.watch(ada, ignore, true);
  await quiet();
  expect(told).toEqual([`watch ${ada.key}`]);
});

test("a result that nobody watches is kept for a while, and stale", async () => {
  const { store, told, pass } = storeOf();
  const stop = store.watch(ada, ignore, true);
  store.apply([result(ada, "a")], 0);
  stop();
  await quiet();
  pass(UNWATCHED_MS);
  expect(store.snapshot(ada, true)).toMatchObject({ data: [{ name: "a" }], isStale: true });
  pass(1);
  expect(store.snapshot(ada, true)).toMatchObject({ data: undefined, isLoading: true });
  store.watch(ada, ignore, true);
  expect(told.at(-1)).toBe(`watch ${ada.key}`);
});

test("only so many results are kept that nobody watches, those watched last", async () => {
  const { store } = storeOf();
  store.watch(ada, ignore, true);
  store.apply([result(ada, "a")], 0);
  const queries = Array.from({ length: MAX_UNWATCHED + 2 }, (_, index) => list(`owner ${index}`));
  for (const query of queries) {
    const stop = store.watch(query, ignore, true);
    store.apply([result(query, "x")], 0);
    stop();
    await quiet();
  }
  const kept = queries.filter((query) => store.snapshot(query, true).data !== undefined);
  expect(kept).toEqual(queries.slice(2));
  expect(store.snapshot(ada, true).data).toBeDefined();
});

test("without a result or somebody who waits, nothing is kept", async () => {
  const { store } = storeOf();
  const stop = store.watch(ada, ignore, true);
  store.apply([{ key: ada.key, error: new ConvoyError("x", "x") }], 0);
  stop();
  await quiet();
  expect(store.snapshot(ada, false)).toMatchObject({ error: undefined, isLoading: false });
});

test("one who only looks on has nothing fetched, but sees what others get", async () => {
  const { store, told } = storeOf();
  const listener = vi.fn();
  store.watch(ada, listener, false);
  expect(told).toEqual([]);
  expect(store.snapshot(ada, false)).toMatchObject({ isLoading: false, data: undefined });
  // Who wants it to be live is never told "nothing, and not loading".
  expect(store.snapshot(ada, true)).toMatchObject({ isLoading: true });
  await store.refetch(ada);
  expect(told).toEqual([`refetch ${ada.key}`]);
  store.apply([result(ada, "a")], 0);
  await quiet();
  expect(listener).toHaveBeenCalledOnce();
  expect(store.snapshot(ada, false)).toMatchObject({ data: [{ name: "a" }], isStale: false });
  await store.settle(1);
  expect(store.snapshot(ada, false)).toMatchObject({ data: [{ name: "a" }], isStale: true });
});
