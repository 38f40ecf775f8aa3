// @vitest-environment happy-dom
import { renderHook } from "@testing-library/react";
import { expect, test } from "vitest";
import { usePaginatedQuery } from "../../../client/react/index.js";
import { api } from "../support/api.js";
import { type FakeServer, fakeServer } from "../support/fake-server.js";
import { step, strictly, useReact } from "./support.js";

useReact();

interface Options {
  readonly cursor: string | null;
  readonly numItems: number;
}

/** Answers the request that is due from a list of names, whose cursors are the names themselves. */
async function answerPage({ next }: FakeServer, names: string): Promise<void> {
  const request = next();
  const { cursor, numItems } = (request.args as { paginationOpts: Options }).paginationOpts;
  const start = cursor === null ? 0 : names.indexOf(cursor) + 1;
  const page = Array.from(names.slice(start, start + numItems), (name) => ({ name }));
  const isDone = start + numItems >= names.length;
  await request.answer({ page, isDone, continueCursor: page.at(-1)?.name ?? "" });
}

function renderPages(server: FakeServer): {
  shown(): unknown;
  loadMore(numItems: number): Promise<void>;
} {
  const { result } = renderHook(
    () => usePaginatedQuery(api.projects.page, { owner: "ada" }, { initialNumItems: 2 }),
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
  await step(() => answerPage(server, "abcde"));
  expect(shown()).toEqual(["ab", "CanLoadMore"]);
  await loadMore(2);
  await loadMore(2);
  expect(shown()).toEqual(["ab", "LoadingMore"]);
  await step(() => answerPage(server, "abcde"));
  expect(shown()).toEqual(["abcd", "CanLoadMore"]);
  await loadMore(5);
  await step(() => answerPage(server, "abcde"));
  expect(shown()).toEqual(["abcde", "Exhausted"]);
  await loadMore(1);
  expect(server.requests.map(({ args }) => args)).toEqual(
    [
      { cursor: null, numItems: 2 },
      { cursor: "b", numItems: 2 },
      { cursor: "d", numItems: 5 },
    ].map((paginationOpts) => ({ owner: "ada", paginationOpts })),
  );
});

test("after a change each page begins where the one before it now ends", async () => {
  const server = fakeServer();
  const { shown, loadMore } = renderPages(server);
  await step(() => answerPage(server, "abcd"));
  await loadMore(2);
  await step(() => answerPage(server, "abcd"));
  expect(shown()).toEqual(["abcd", "Exhausted"]);

  await step(() => void server.client.mutation(api.projects.clear));
  await step(() => server.next().answer(null));
  // Both pages are fetched again; the first ends elsewhere now, so the second is fetched once more.
  await step(() => answerPage(server, "xabcd"));
  await step(() => answerPage(server, "xabcd"));
  expect(shown()).toEqual(["xacd", "Exhausted"]);
  await step(() => answerPage(server, "xabcd"));
  expect(shown()).toEqual(["xabc", "CanLoadMore"]);

  await step(() => void server.client.mutation(api.projects.clear));
  await step(() => server.next().answer(null));
  await step(() => answerPage(server, "x"));
  expect(shown()).toEqual(["x", "Exhausted"]);
});

test("an error of a page is shown, and pages that are skipped ask nothing", async () => {
  const server = fakeServer();
  const options = { initialNumItems: 2 };
  const { result, rerender } = renderHook(
    ({ args }: { args: { owner: string } | "skip" }) =>
      usePaginatedQuery(api.projects.page, args, options),
    {
      wrapper: strictly(server.client),
      initialProps: { args: "skip" as { owner: string } | "skip" },
    },
  );
  expect(result.current).toMatchObject({ results: [], isLoading: false });
  expect(server.requests).toHaveLength(0);
  rerender({ args: { owner: "ada" } });
  expect(result.current).toMatchObject({ results: [], isLoading: true });
  await step(() => server.next().refuse("not-allowed"));
  expect(result.current).toMatchObject({ results: [], isLoading: false });
  expect(result.current.error?.code).toBe("not-allowed");
});
