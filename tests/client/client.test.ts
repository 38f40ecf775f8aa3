import { expect, test, vi } from "vitest";
import { createConvoyClient, getFunctionName, type OptimisticStore } from "../../client/index.js";
import { MUTATION_ID_HEADER, MUTATION_RESEND_MS } from "../../protocol/http.js";
import { LEDGER_RETENTION_MS } from "../../runtime/database/transactions/trim-ledger.js";
import { usualLimits } from "../../runtime/functions/run/runner-limits.js";
import { type Api, api } from "./support/api.js";
import { quiet } from "./support/fake-clock.js";
import { fakeServer } from "./support/fake-server.js";

const owner = "ada";
const ignore = (): void => {};

test("the api of a client needs no generated value", () => {
  const client = createConvoyClient<Api>({ url: "http://server.test" });
  expect(getFunctionName(client.api.projects.list)).toBe("projects.list");
});

test("a subscription gets the result, and each one that differs", async () => {
  const { client, live, requests } = fakeServer();
  const results: unknown[] = [];
  live.set(api.projects.list, { owner }, []);
  const stop = client.subscribe(api.projects.list, { owner }, (projects) => results.push(projects));
  await quiet();
  expect(results).toEqual([[]]);
  await live.show(api.projects.list, { owner }, [{ name: "x" }]);
  await live.show(api.projects.list, { owner: "bob" }, [{ name: "y" }]);
  await live.show(api.projects.list, { owner }, [{ name: "x" }]);
  expect(results).toEqual([[], [{ name: "x" }]]);
  stop();
  await quiet();
  await live.show(api.projects.list, { owner }, []);
  expect(results).toHaveLength(2);
  expect(live.received.map(({ type }) => type)).toEqual(["connect", "watch", "unwatch"]);
  expect(requests).toHaveLength(0);
});

test("a second subscription gets what is known, and asks for nothing", async () => {
  const { client, live } = fakeServer();
  live.set(api.projects.count, {}, 7);
  client.subscribe(api.projects.count, {}, ignore);
  await quiet();
  const results: number[] = [];
  const stop = client.subscribe(api.projects.count, {}, (count) => results.push(count));
  expect(results).toEqual([]);
  await quiet();
  expect(results).toEqual([7]);
  stop();
  const unheard = vi.fn();
  client.subscribe(api.projects.count, {}, unheard)();
  await quiet();
  expect(unheard).not.toHaveBeenCalled();
  expect(live.received).toHaveLength(2);
});

test("a subscription hears of the errors of its query", async () => {
  const { client, live } = fakeServer();
  const results: number[] = [];
  const errors: string[] = [];
  live.fail(api.projects.count, {}, "not-allowed");
  client.subscribe(
    api.projects.count,
    {},
    (count) => results.push(count),
    ({ code }) => errors.push(code),
  );
  await quiet();
  expect(errors).toEqual(["not-allowed"]);
  await live.show(api.projects.count, {}, 3);
  expect([results, errors]).toEqual([[3], ["not-allowed"]]);
});

test("refetch resolves with a result that was asked for after it was called", async () => {
  const { client, live } = fakeServer();
  live.set(api.projects.count, {}, 1);
  const query = client.watch(api.projects.count);
  query.subscribe(ignore);
  await quiet();
  live.isPaused = true;
  const whenShown = vi.fn();
  const refetched = Promise.all([query.refetch(), query.refetch()]).then(whenShown);
  // This one was under way already.
  live.set(api.projects.count, {}, 2);
  live.tick();
  await quiet();
  // It may lack what others of its moment show: nothing is shown of it until the next one comes.
  expect(query.getSnapshot()).toMatchObject({ data: 1 });
  expect(whenShown).not.toHaveBeenCalled();
  live.tick();
  await refetched;
  expect(query.getSnapshot()).toMatchObject({ data: 2, isStale: false });
  expect(live.sessions[0]!.watches.size).toBe(1);
});

test("a query that is not enabled is fetched when asked, and then not kept up to date", async () => {
  const { client, live, next } = fakeServer();
  const query = client.watch(api.projects.count, {}, { enabled: false });
  const stop = query.subscribe(ignore);
  expect(query.getSnapshot()).toMatchObject({ isLoading: false });
  const refetched = query.refetch();
  expect(query.getSnapshot()).toMatchObject({ isLoading: true });
  await live.show(api.projects.count, {}, 1);
  await refetched;
  expect(query.getSnapshot()).toMatchObject({ data: 1, isStale: false });
  await live.show(api.projects.count, {}, 2);
  const cleared = client.mutation(api.projects.clear);
  await next().answer(null);
  await cleared;
  expect(query.getSnapshot()).toMatchObject({ data: 1, isStale: true });
  stop();
  await quiet();
  expect(live.sessions[0]!.watches.size).toBe(0);
});

test("one who asks gets an answer though the one who watched has gone", async () => {
  const { client, live } = fakeServer();
  const looking = client.watch(api.projects.count, {}, { enabled: false });
  looking.subscribe(ignore);
  const stop = client.watch(api.projects.count).subscribe(ignore);
  const refetched = looking.refetch();
  stop();
  await live.show(api.projects.count, {}, 2);
  await refetched;
  expect(looking.getSnapshot()).toMatchObject({ data: 2, isStale: false });
});

test("a mutation is done when a transition has shown its effect", async () => {
  const { client, live, next } = fakeServer();
  live.set(api.projects.list, { owner }, []);
  live.set(api.projects.count, {}, 0);
  const list = client.watch(api.projects.list, { owner });
  const count = client.watch(api.projects.count);
  list.subscribe(ignore);
  count.subscribe(ignore);
  await quiet();
  live.isPaused = true;
  const whenShown = vi.fn();
  const created = client
    .mutation(api.projects.create, { owner, name: "x" })
    .then((id) => whenShown(id));
  await next().answer("id");
  live.set(api.projects.list, { owner }, [{ name: "x" }]);
  live.fail(api.projects.count, {}, "not-allowed");
  expect(whenShown).not.toHaveBeenCalled();
  live.tick();
  await created;
  expect(whenShown).toHaveBeenCalledExactlyOnceWith("id");
  expect(list.getSnapshot().data).toEqual([{ name: "x" }]);
  expect(count.getSnapshot()).toMatchObject({ data: 0, isStale: true });
  expect(count.getSnapshot().error?.code).toBe("not-allowed");
});

test("a server that tells of a mutation before its answer is not asked", async () => {
  const { client, live, next } = fakeServer();
  live.set(api.projects.count, {}, 0);
  const count = client.watch(api.projects.count);
  count.subscribe(ignore);
  await quiet();
  const shown: unknown[] = [];
  count.subscribe(() => shown.push(count.getSnapshot().data));
  const optimisticUpdate = (store: OptimisticStore): void =>
    store.setQuery(api.projects.count, {}, (store.getQuery(api.projects.count, {}) ?? 0) + 1);
  const cleared = client.mutation(api.projects.clear, {}, { optimisticUpdate });
  await quiet();
  live.sessions[0]!.settled = 1;
  await live.show(api.projects.count, {}, 1);
  expect(client.connection.state.pendingMutations).toBe(1);
  await next().answer(null);
  await cleared;
  // The update is not shown on top of what it stood for.
  expect(shown).toEqual([1]);
  expect(live.received.some(({ type }) => type === "settle")).toBe(false);
});

test("an optimistic update is shown at once, and goes when the result has come", async () => {
  const { client, live, next } = fakeServer();
  live.set(api.projects.list, { owner }, [{ name: "a" }]);
  const list = client.watch(api.projects.list, { owner });
  const names = (): string => (list.getSnapshot().data ?? []).map(({ name }) => name).join(" ");
  list.subscribe(ignore);
  await quiet();
  const args = { owner, name: "x" };
  const created = client.mutation(api.projects.create, args, {
    optimisticUpdate(store, { name }) {
      const before = store.getQuery(api.projects.list, { owner }) ?? [];
      store.setQuery(api.projects.list, { owner }, [...before, { name: `${name}?` }]);
    },
  });
  args.name = "changed since";
  expect(names()).toBe("a x?");
  await live.show(api.projects.list, { owner }, [{ name: "b" }]);
  expect(names()).toBe("b x?");
  live.isPaused = true;
  await next().answer("id");
  expect(names()).toBe("b x?");
  live.set(api.projects.list, { owner }, [{ name: "b" }, { name: "x" }]);
  live.tick();
  await created;
  expect(names()).toBe("b x");
});

test("an optimistic update is undone at once when the mutation is refused", async () => {
  const { client, live, next } = fakeServer();
  live.set(api.projects.count, {}, 1);
  const count = client.watch(api.projects.count);
  count.subscribe(ignore);
  await quiet();
  const optimisticUpdate = (store: OptimisticStore): void =>
    store.setQuery(api.projects.count, {}, 0);
  const cleared = client
    .mutation(api.projects.clear, {}, { optimisticUpdate })
    .catch((error: unknown) => error);
  expect(count.getSnapshot().data).toBe(0);
  await next().refuse("not-allowed");
  expect(count.getSnapshot().data).toBe(1);
  expect(await cleared).toMatchObject({ code: "not-allowed" });
});

test("a mutation whose optimistic update throws is not run", async () => {
  const { client, requests } = fakeServer();
  const optimisticUpdate = (): never => {
    throw new Error("In an update.");
  };
  await expect(client.mutation(api.projects.clear, {}, { optimisticUpdate })).rejects.toThrow(
    "In an update.",
  );
  expect(requests).toHaveLength(0);
});

test("a client waits for longer than a server lets a mutation take, and so learns how it ended", async () => {
  const { client, clock, next } = fakeServer();
  const mutation = client.mutation(api.projects.clear);
  const ended = mutation.catch((error: unknown) => error);
  const request = next();
  await clock.advance(usualLimits.transactionMs + 5000);
  expect(request.isAborted).toBe(false);
  await request.refuse("function-timeout", { status: 503 });
  expect(await ended).toMatchObject({ code: "function-timeout" });
});

test("a mutation is not sent again for so long that a server may have forgotten it", async () => {
  const { client, clock, next, requests } = fakeServer();
  const lost = client.mutation(api.projects.clear).catch((error: unknown) => error);
  const second = client.mutation(api.projects.clear);
  await quiet();
  await next().lose();
  await clock.advance(1000);
  // As long as the machine sleeps, no timer rings.
  clock.skip(MUTATION_RESEND_MS);
  await next().lose();
  await clock.advance(1000);
  expect(await lost).toMatchObject({ code: "mutation-outcome-unknown", retryable: false });
  await next().answer(null);
  expect(await second).toBeNull();
  expect(requests.map(({ headers }) => headers[MUTATION_ID_HEADER])).toEqual(["1", "1", "2"]);
  expect(LEDGER_RETENTION_MS).toBeGreaterThan(2 * MUTATION_RESEND_MS);
});

test("the connection counts the mutations that are not confirmed", async () => {
  const { client, next } = fakeServer();
  const states: unknown[] = [];
  client.connection.subscribe(() => states.push(client.connection.state));
  const both = [client.mutation(api.projects.clear), client.mutation(api.projects.clear)];
  await quiet();
  await next().answer(null);
  await next().answer(null);
  await Promise.all(both);
  expect(states).toEqual([
    { status: "connecting", pendingMutations: 2 },
    { status: "connected", pendingMutations: 2 },
    { status: "connected", pendingMutations: 1 },
    { status: "connected", pendingMutations: 0 },
  ]);
});

test("a value that is no reference is refused", async () => {
  const { client } = fakeServer();
  await expect(client.query({} as typeof api.projects.count)).rejects.toThrow(
    "Not a reference to a function.",
  );
});
