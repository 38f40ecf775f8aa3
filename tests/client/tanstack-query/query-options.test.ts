// @vitest-environment happy-dom
import { notifyManager, QueryClient, QueryObserver } from "@tanstack/query-core";
import { QueryClientProvider, useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import { createElement, type ReactElement, StrictMode, Suspense } from "react";
import { expect, expectTypeOf, test } from "vitest";
import type { OptimisticStore } from "../../../client/index.js";
import { queryOptions } from "../../../client/tanstack-query/index.js";
import { step, useReact } from "../react/support.js";
import { api, type Project } from "../support/api.js";
import { quiet } from "../support/fake-clock.js";
import { type FakeServer, fakeServer } from "../support/fake-server.js";

useReact();
// Not in a task of its own, which a test would have to wait for.
notifyManager.setScheduler(queueMicrotask);

const ada = { owner: "ada" };
const ignore = (): void => {};

function setUp(): FakeServer & {
  readonly cache: QueryClient;
  readonly convoy: ReturnType<typeof queryOptions>;
} {
  const server = fakeServer();
  return { ...server, cache: new QueryClient(), convoy: queryOptions(server.client) };
}

test("an entry is kept up to date while it is observed, and no longer", async () => {
  const { cache, convoy, live } = setUp();
  const options = convoy(api.projects.list, ada);
  live.set(api.projects.list, ada, [{ name: "a" }]);
  const observer = new QueryObserver(cache, options);
  const stop = observer.subscribe(ignore);
  await quiet();
  expect(observer.getCurrentResult()).toMatchObject({ data: [{ name: "a" }], isStale: false });
  await live.show(api.projects.list, ada, [{ name: "b" }]);
  expect(observer.getCurrentResult().data).toEqual([{ name: "b" }]);
  const data = cache.getQueryData(options.queryKey);
  expectTypeOf(data).toEqualTypeOf<Project[] | undefined>();
  expect(data).toBe(observer.getCurrentResult().data);

  // Who takes over in the same step asks for nothing.
  stop();
  const stopAgain = new QueryObserver(cache, options).subscribe(ignore);
  await quiet();
  expect(live.received.map(({ type }) => type)).toEqual(["connect", "watch"]);

  stopAgain();
  await quiet();
  expect(live.sessions[0]!.watches.size).toBe(0);
  await live.show(api.projects.list, ada, []);
  expect(cache.getQueryData(options.queryKey)).toEqual([{ name: "b" }]);
  const later = new QueryObserver(cache, options);
  later.subscribe(ignore);
  await quiet();
  expect(later.getCurrentResult()).toMatchObject({ data: [], isStale: false });
});

test("one who only fetches leaves nothing behind", async () => {
  const { cache, convoy, live } = setUp();
  live.set(api.projects.count, {}, 1);
  expect(await cache.query(convoy(api.projects.count))).toBe(1);
  await quiet();
  expect(live.sessions[0]!.watches.size).toBe(0);
  live.set(api.projects.count, {}, 2);
  expect(await cache.query(convoy(api.projects.count))).toBe(2);
});

test("an entry that is asked for anew has a result from then on, even if it is live", async () => {
  const { cache, convoy, live } = setUp();
  live.set(api.projects.count, {}, 1);
  const observer = new QueryObserver(cache, convoy(api.projects.count));
  observer.subscribe(ignore);
  await quiet();
  await cache.invalidateQueries({ queryKey: ["convoy", "projects.count"] });
  expect(observer.getCurrentResult()).toMatchObject({ data: 1, isStale: false });
  expect(live.received.map(({ type }) => type)).toEqual(["connect", "watch", "unwatch", "watch"]);
});

test("an error comes to the entry, and goes with the next result", async () => {
  const { cache, convoy, live } = setUp();
  live.set(api.projects.count, {}, 1);
  const observer = new QueryObserver(cache, convoy(api.projects.count));
  observer.subscribe(ignore);
  await quiet();
  live.fail(api.projects.count, {}, "not-allowed");
  await quiet();
  expect(observer.getCurrentResult()).toMatchObject({
    data: 1,
    status: "error",
    error: { code: "not-allowed" },
  });
  await live.show(api.projects.count, {}, 1);
  expect(observer.getCurrentResult()).toMatchObject({ data: 1, status: "success", error: null });
  live.fail(api.projects.list, ada, "no-list");
  await expect(cache.query(convoy(api.projects.list, ada))).rejects.toMatchObject({
    code: "no-list",
  });
});

test("a fetch that is cancelled ends, and with it what it has begun", async () => {
  const { cache, convoy, live } = setUp();
  const options = convoy(api.projects.count);
  const fetched = cache.query(options).catch(() => "cancelled");
  await quiet();
  await cache.cancelQueries({ queryKey: options.queryKey });
  expect(await fetched).toBe("cancelled");
  await quiet();
  expect(live.sessions[0]!.watches.size).toBe(0);
});

test("optimistic updates and arguments of any kind are seen", async () => {
  const { cache, client, convoy, live, next } = setUp();
  live.set(api.projects.count, {}, 1);
  const observer = new QueryObserver(cache, convoy(api.projects.count));
  observer.subscribe(ignore);
  await quiet();
  const optimisticUpdate = (store: OptimisticStore): void =>
    store.setQuery(api.projects.count, {}, 0);
  const cleared = client.mutation(api.projects.clear, {}, { optimisticUpdate }).catch(ignore);
  await quiet();
  expect(observer.getCurrentResult().data).toBe(0);
  await next().refuse("not-allowed");
  await cleared;
  expect(observer.getCurrentResult().data).toBe(1);
  const { queryKey } = convoy(api.projects.list, { owner: 12n as never });
  expect(queryKey).toEqual(["convoy", "projects.list", { owner: { $bigint: "12" } }]);
});

test("hooks of TanStack show what is live, with and without suspense", async () => {
  const { cache, convoy, live } = setUp();
  const Count = (): ReactElement => {
    const { data = "…" } = useQuery(convoy(api.projects.count));
    return createElement("i", { "data-testid": "count" }, data);
  };
  const Names = (): ReactElement => {
    const { data } = useSuspenseQuery(convoy(api.projects.list, ada));
    return createElement("b", { "data-testid": "names" }, data.map(({ name }) => name).join());
  };
  const page = render(
    createElement(
      StrictMode,
      null,
      createElement(
        QueryClientProvider,
        { client: cache },
        createElement(Count),
        createElement(Suspense, { fallback: "waiting" }, createElement(Names)),
      ),
    ),
  );
  const text = (id: string): string =>
    (screen.getByTestId(id) as unknown as { textContent: string }).textContent;
  await step(() => live.show(api.projects.count, {}, 1));
  expect(text("count")).toBe("1");
  await step(() => live.show(api.projects.list, ada, [{ name: "a" }]));
  expect(text("names")).toBe("a");
  await step(() => live.show(api.projects.list, ada, [{ name: "a" }, { name: "b" }]));
  expect(text("names")).toBe("a,b");
  page.unmount();
  await quiet();
  expect(live.sessions[0]!.watches.size).toBe(0);
});
