// @vitest-environment happy-dom
import { renderHook } from "@testing-library/react";
import { expect, test } from "vitest";
import { usePaginatedQuery } from "../../../client/react/index.js";
import { api } from "../support/api.js";
import { type FakeServer, fakeServer } from "../support/fake-server.js";
import { step, strictly, useReact } from "./support.js";

useReact();

const PAGE = { owner: "ada" };

/** Lets the list have these names, whose cursors are the names themselves. */
function setNames({ live }: FakeServer, names: string): void {
  live.serve(api.projects.page, ({ paginationOpts: { cursor, numItems } }) => {
    const rest = Array.from(names, (name) => ({ name })).filter(
      ({ name }) => name > (cursor ?? ""),
    );
    const page = rest.slice(0, numItems);
    const isDone = rest.length <= numItems;
    return { page, isDone, continueCursor: page.at(-1)?.name ?? cursor ?? "" };
  });
  if (!live.isPaused) live.tick();
}

function renderPages(server: FakeServer): {
  shown(): unknown;
  loadMore(numItems: number): Promise<void>;
} {
  const { result } = renderHook(
    () => usePaginatedQuery(api.projects.page, PAGE, { initialNumItems: 2 }),
    { wrapper: strictly(server.client) },
  );
  return {
    shown: () => [result.current.results.map(({ name }) => name).join(""), result.current.status],
    loadMore: (numItems) => step(() => result.current.loadMore(numItems)),
  };
}

test("pages are loaded one after the other, into one list", async () => {
  const server = fakeServer();
  const { shown, loadMore } = renderPages(server);
  expect(shown()).toEqual(["", "LoadingFirstPage"]);
  await loadMore(2);
  await step(() => setNames(server, "abcde"));
  expect(shown()).toEqual(["ab", "CanLoadMore"]);
  server.live.isPaused = true;
  await loadMore(2);
  await loadMore(2);
  expect(shown()).toEqual(["ab", "LoadingMore"]);
  await step(() => server.live.tick());
  expect(shown()).toEqual(["abcd", "CanLoadMore"]);
  server.live.isPaused = false;
  await loadMore(5);
  expect(shown()).toEqual(["abcde", "Exhausted"]);
  await loadMore(1);
  const watched = server.live.received.flatMap((message) =>
    message.type === "watch" ? message.queries.map(({ args }) => args) : [],
  );
  expect(watched).toEqual(
    [
      { cursor: null, numItems: 2 },
      { cursor: "b", numItems: 2 },
      { cursor: "d", numItems: 5 },
    ].map((paginationOpts) => ({ owner: "ada", paginationOpts })),
  );
});

test("a change inside the pages shows at once, in all of them together", async () => {
  const server = fakeServer();
  const { shown, loadMore } = renderPages(server);
  await step(() => setNames(server, "bcde"));
  await loadMore(2);
  await step(() => setNames(server, "ace"));
  expect(shown()).toEqual(["ace", "Exhausted"]);
});

test("while a page is asked for anew, the list has neither a gap nor a name twice", async () => {
  const server = fakeServer();
  const { live } = server;
  const { shown, loadMore } = renderPages(server);
  await step(() => setNames(server, "bcdefg"));
  await loadMore(2);
  await loadMore(1);
  expect(shown()).toEqual(["bcdef", "CanLoadMore"]);
  live.isPaused = true;
  await step(() => {
    setNames(server, "abcdefg");
    live.tick();
  });
  // The first page ends with b now, and nobody has asked yet what follows.
  expect(shown()).toEqual(["bcdef", "CanLoadMore"]);
  await step(() => live.tick());
  expect(shown()).toEqual(["bcdef", "CanLoadMore"]);
  await step(() => live.tick());
  expect(shown()).toEqual(["abcde", "CanLoadMore"]);
  await step(() => {
    setNames(server, "a");
    live.tick();
  });
  expect(shown()).toEqual(["a", "Exhausted"]);
});

test("an error of a page is shown, and pages that are skipped ask nothing", async () => {
  const { client, live } = fakeServer();
  const paginationOpts = { cursor: null, numItems: 2 };
  live.fail(api.projects.page, { owner: "ada", paginationOpts }, "not-allowed");
  const options = { initialNumItems: 2 };
  const { result, rerender } = renderHook(
    ({ args }: { args: { owner: string } | "skip" }) =>
      usePaginatedQuery(api.projects.page, args, options),
    {
      wrapper: strictly(client),
      initialProps: { args: "skip" as { owner: string } | "skip" },
    },
  );
  expect(result.current).toMatchObject({ results: [], isLoading: false });
  expect(live.tries).toHaveLength(0);
  rerender({ args: { owner: "ada" } });
  expect(result.current).toMatchObject({ results: [], isLoading: true });
  await step();
  expect(result.current).toMatchObject({ results: [], isLoading: false });
  expect(result.current.error?.code).toBe("not-allowed");
});
