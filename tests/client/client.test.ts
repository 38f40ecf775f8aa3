import { expect, test, vi } from "vitest";
import { createConvoyClient, getFunctionName } from "../../client/index.js";
import { type Api, api } from "./support/api.js";
import { quiet } from "./support/fake-clock.js";
import { fakeServer } from "./support/fake-server.js";

const owner = "ada";
const ignore = (): void => {};

test("the api of a client needs no generated value", () => {
  const client = createConvoyClient<Api>({ url: "http://server.test" });
  expect(getFunctionName(client.api.projects.list)).toBe("projects.list");
});

test("a subscription gets the result, and after mutations each one that differs", async () => {
  const { client, next, requests } = fakeServer();
  const results: unknown[] = [];
  const stop = client.subscribe(api.projects.list, { owner }, (projects) => results.push(projects));
  await next().answer([]);
  expect(results).toEqual([[]]);

  const created = client.mutation(api.projects.create, { owner, name: "x" });
  await next().answer("id");
  await next().answer([{ name: "x" }]);
  expect(await created).toBe("id");
  expect(results).toEqual([[], [{ name: "x" }]]);

  const cleared = client.mutation(api.projects.clear);
  await next().answer(null);
  await next().answer([{ name: "x" }]);
  await cleared;
  expect(results).toHaveLength(2);

  stop();
  await quiet();
  const last = client.mutation(api.projects.clear);
  await next().answer(null);
  expect(await last).toBeNull();
  expect(requests.filter(({ call }) => call.startsWith("query"))).toHaveLength(3);
});

test("a second subscription gets what is known, and asks for nothing", async () => {
  const { client, next, requests } = fakeServer();
  client.subscribe(api.projects.count, {}, ignore);
  await next().answer(7);
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
  expect(requests).toHaveLength(1);
});

test("a subscription hears of errors, and the query is tried again until it is well", async () => {
  const { client, clock, next } = fakeServer();
  const results: number[] = [];
  const errors: string[] = [];
  client.subscribe(
    api.projects.count,
    {},
    (count) => results.push(count),
    ({ code }) => errors.push(code),
  );
  for (const delay of [125, 250]) {
    await next().lose();
    expect(clock.delays).toEqual([delay]);
    await clock.advance(delay);
  }
  expect(errors).toEqual([]);
  await next().lose();
  expect(errors).toEqual(["network-error"]);
  expect(client.connection.state.status).toBe("disconnected");
  expect(clock.delays).toEqual([10_000]);
  await clock.advance(10_000);
  await next().answer(3);
  expect(results).toEqual([3]);
  expect(client.connection.state.status).toBe("connected");
  expect(clock.delays).toEqual([]);
});

test("an error that is here to stay is not tried again by itself", async () => {
  const { client, clock, next } = fakeServer();
  const errors: string[] = [];
  client.subscribe(api.projects.count, {}, ignore, ({ code }) => errors.push(code));
  await next().refuse("not-allowed", { status: 403 });
  expect(errors).toEqual(["not-allowed"]);
  expect(clock.delays).toEqual([]);
});

test("a request ends with the last who watches, and with it the tries", async () => {
  const { client, clock, next, requests } = fakeServer();
  const stop = client.subscribe(api.projects.count, {}, ignore, ignore);
  const request = next();
  stop();
  await quiet();
  expect(request.isAborted).toBe(true);

  const stopTrying = client.subscribe(api.projects.count, {}, ignore, ignore);
  for (const delay of [125, 250, 0]) {
    await next().lose();
    await clock.advance(delay);
  }
  stopTrying();
  await quiet();
  await clock.advance(60_000);
  expect(requests).toHaveLength(4);
});

test("a result is not replaced by one that was asked for earlier", async () => {
  const { client, next, requests } = fakeServer();
  const query = client.watch(api.projects.count);
  query.subscribe(ignore);
  const first = next();
  const refetched = query.refetch();
  const again = query.refetch();
  expect(requests).toHaveLength(1);
  await first.answer(1);
  expect(query.getSnapshot()).toMatchObject({ data: 1, isStale: true });
  await next().answer(2);
  await Promise.all([refetched, again]);
  expect(query.getSnapshot()).toMatchObject({ data: 2, isStale: false });
  expect(requests).toHaveLength(2);
});

test("a query that is not enabled is fetched when asked, and then not kept up to date", async () => {
  const { client, next, requests } = fakeServer();
  const query = client.watch(api.projects.count, {}, { enabled: false });
  const stop = query.subscribe(ignore);
  expect(requests).toHaveLength(0);
  expect(query.getSnapshot()).toMatchObject({ isLoading: false });
  const refetched = query.refetch();
  expect(query.getSnapshot()).toMatchObject({ isLoading: true });
  await next().answer(1);
  await refetched;
  expect(query.getSnapshot()).toMatchObject({ data: 1, isStale: false });
  const cleared = client.mutation(api.projects.clear);
  await next().answer(null);
  await cleared;
  expect(query.getSnapshot()).toMatchObject({ data: 1, isStale: true });
  stop();
});

test("one who asks gets an answer though the one who watched has gone", async () => {
  const { client, next } = fakeServer();
  const looking = client.watch(api.projects.count, {}, { enabled: false });
  looking.subscribe(ignore);
  const stop = client.watch(api.projects.count).subscribe(ignore);
  const refetched = looking.refetch();
  stop();
  await quiet();
  await next().answer(1);
  await next().answer(2);
  await refetched;
  expect(looking.getSnapshot()).toMatchObject({ data: 2, isStale: false });
});

test("a mutation is done when every watched query shows it, or has failed to", async () => {
  const { client, next } = fakeServer();
  const list = client.watch(api.projects.list, { owner });
  const count = client.watch(api.projects.count);
  list.subscribe(ignore);
  count.subscribe(ignore);
  await next().answer([]);
  await next().answer(0);
  const whenShown = vi.fn();
  const created = client
    .mutation(api.projects.create, { owner, name: "x" })
    .then((id) => whenShown(id));
  await next().answer("id");
  await next().answer([{ name: "x" }]);
  expect(whenShown).not.toHaveBeenCalled();
  await next().refuse("not-allowed");
  await created;
  expect(whenShown).toHaveBeenCalledExactlyOnceWith("id");
  expect(list.getSnapshot().data).toEqual([{ name: "x" }]);
  expect(count.getSnapshot()).toMatchObject({ data: 0, isStale: true });
  expect(count.getSnapshot().error?.code).toBe("not-allowed");
});

test("an optimistic update is shown at once, and goes when the result has come", async () => {
  const { client, next } = fakeServer();
  const list = client.watch(api.projects.list, { owner });
  const names = (): string => (list.getSnapshot().data ?? []).map(({ name }) => name).join(" ");
  list.subscribe(ignore);
  await next().answer([{ name: "a" }]);
  const args = { owner, name: "x" };
  const created = client.mutation(api.projects.create, args, {
    optimisticUpdate(store, { name }) {
      const before = store.getQuery(api.projects.list, { owner }) ?? [];
      store.setQuery(api.projects.list, { owner }, [...before, { name: `${name}?` }]);
    },
  });
  args.name = "changed since";
  expect(names()).toBe("a x?");
  const mutation = next();
  const refetched = list.refetch();
  await next().answer([{ name: "b" }]);
  await refetched;
  expect(names()).toBe("b x?");
  await mutation.answer("id");
  expect(names()).toBe("b x?");
  await next().answer([{ name: "b" }, { name: "x" }]);
  await created;
  expect(names()).toBe("b x");
});

test("an optimistic update is undone when the mutation is refused, and all is fetched", async () => {
  const { client, next } = fakeServer();
  const count = client.watch(api.projects.count);
  count.subscribe(ignore);
  await next().answer(1);
  const cleared = client
    .mutation(
      api.projects.clear,
      {},
      {
        optimisticUpdate: (store) => store.setQuery(api.projects.count, {}, 0),
      },
    )
    .catch((error: unknown) => error);
  expect(count.getSnapshot().data).toBe(0);
  await next().refuse("not-allowed");
  expect(count.getSnapshot().data).toBe(1);
  expect(await cleared).toMatchObject({ code: "not-allowed" });
  await next().answer(5);
  expect(count.getSnapshot().data).toBe(5);
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
