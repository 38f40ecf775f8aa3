import { expect, test } from "vitest";
import type { OptimisticStore } from "../../../client/index.js";
import { describeQuery } from "../../../client/store/query-description.js";
import { QueryStore } from "../../../client/store/query-store.js";
import { api } from "../support/api.js";

const ada = describeQuery(api.projects.list, { owner: "ada" });
const count = describeQuery(api.projects.count, {});

function watchedStore(): QueryStore {
  const ignore = (): void => {};
  const source = { watch: ignore, unwatch: ignore, refetch: async () => {}, close: ignore };
  const store = new QueryStore(
    () => ({ ...source, settle: async () => {} }),
    () => 0,
  );
  for (const query of [ada, count]) store.watch(query, ignore, true);
  store.apply(
    [
      { key: ada.key, value: [{ name: "a" }] },
      { key: count.key, value: 1 },
    ],
    0,
  );
  return store;
}

/** The optimistic update of a mutation that adds a project. */
const add =
  (name: string) =>
  (store: OptimisticStore): void => {
    const before = store.getQuery(api.projects.list, { owner: "ada" }) ?? [];
    store.setQuery(api.projects.list, { owner: "ada" }, [...before, { name }]);
    store.setQuery(api.projects.count, {}, (store.getQuery(api.projects.count, {}) ?? 0) + 1);
  };

function shown(store: QueryStore): unknown {
  const projects = store.snapshot(ada, true).data as Array<{ name: string }>;
  return [projects.map(({ name }) => name).join(""), store.snapshot(count, true).data];
}

test("layers lie on one another, and each can go by itself", () => {
  const store = watchedStore();
  store.addLayer(1, add("b"));
  store.addLayer(2, add("c"));
  expect(shown(store)).toEqual(["abc", 3]);
  store.dropLayer(1);
  expect(shown(store)).toEqual(["ac", 2]);
  store.dropLayer(2);
  expect(shown(store)).toEqual(["a", 1]);
});

test("layers run again over a new result", () => {
  const store = watchedStore();
  store.addLayer(1, add("b"));
  store.apply([{ key: ada.key, value: [{ name: "z" }] }], 0);
  expect(shown(store)).toEqual(["zb", 2]);
});

test("a result that has the effect of a mutation does not show it twice, while others wait", () => {
  const store = watchedStore();
  store.addLayer(1, add("b"));
  store.addLayer(2, add("c"));
  const both = [
    { key: ada.key, value: [{ name: "a" }, { name: "b" }] },
    { key: count.key, value: 2 },
  ];
  store.apply(both, 1);
  expect(shown(store)).toEqual(["abc", 3]);
});

test("what a layer did not change keeps its identity", () => {
  const store = watchedStore();
  const before = store.snapshot(ada, true).data as unknown[];
  store.addLayer(1, add("b"));
  expect((store.snapshot(ada, true).data as unknown[])[0]).toBe(before[0]);
  store.dropLayer(1);
  expect(store.snapshot(ada, true).data).toEqual(before);
});

test("a layer that throws at first is not added, and one that throws later shows nothing", () => {
  const store = watchedStore();
  expect(() => {
    store.addLayer(1, () => {
      throw new Error("At first.");
    });
  }).toThrow("At first.");
  store.addLayer(2, (results) => {
    add("b")(results);
    if (results.getQuery(api.projects.list, { owner: "ada" })?.length !== 2) throw new Error();
  });
  expect(shown(store)).toEqual(["ab", 2]);
  store.apply([{ key: ada.key, value: [] }], 0);
  expect(shown(store)).toEqual(["", 1]);
});

test("a layer finds all results of a query with their arguments, and sets none that are unknown", () => {
  const store = watchedStore();
  store.addLayer(1, (results) => {
    const found = results.getAllQueries(api.projects.list);
    expect(found).toEqual([{ args: { owner: "ada" }, value: [{ name: "a" }] }]);
    expect(results.getQuery(api.projects.list, { owner: "bob" })).toBeUndefined();
    results.setQuery(api.projects.list, { owner: "bob" }, [{ name: "x" }]);
    expect(results.getQuery(api.projects.list, { owner: "bob" })).toBeUndefined();
  });
  const bob = describeQuery(api.projects.list, { owner: "bob" });
  expect(store.snapshot(bob, false).data).toBeUndefined();
});
