// @vitest-environment happy-dom
import { render, renderHook, screen } from "@testing-library/react";
import { createElement, type ReactElement, StrictMode, useState, useTransition } from "react";
import { hydrateRoot } from "react-dom/client";
import { renderToString } from "react-dom/server";
import { expect, test, vi } from "vitest";
import { type QueryState, useConvoyClient, useQuery } from "../../../client/react/index.js";
import { api, type Project } from "../support/api.js";
import { fakeServer } from "../support/fake-server.js";
import { step, strictly, useReact } from "./support.js";

useReact();

const fields = ({ data, error, isLoading, isStale }: QueryState<unknown>): unknown => ({
  data,
  code: error?.code,
  isLoading,
  isStale,
});

test("a query loads, is shown, and is fetched again after a mutation", async () => {
  const { client, next, requests } = fakeServer();
  const { result } = renderHook(() => useQuery(api.projects.list, { owner: "ada" }), {
    wrapper: strictly(client),
  });
  expect(fields(result.current)).toEqual({ isLoading: true, isStale: false });
  await step(() => next().answer([{ name: "a" }]));
  expect(fields(result.current)).toEqual({
    data: [{ name: "a" }],
    isLoading: false,
    isStale: false,
  });
  const { data } = result.current;

  await step(() => void client.mutation(api.projects.clear));
  await step(() => next().answer(null));
  expect(result.current).toMatchObject({ isStale: true });
  await step(() => next().answer([{ name: "a" }]));
  expect(result.current).toMatchObject({ isStale: false });
  expect(result.current.data).toBe(data);
  // In strict mode everything is mounted twice, but nothing is fetched twice.
  expect(requests.map(({ call }) => call)).toEqual([
    "query projects.list",
    "mutation projects.clear",
    "query projects.list",
  ]);
});

test("a render with equal arguments changes nothing, one with others asks anew", async () => {
  const { client, next, requests } = fakeServer();
  const { result, rerender } = renderHook(({ owner }) => useQuery(api.projects.list, { owner }), {
    wrapper: strictly(client),
    initialProps: { owner: "ada" },
  });
  await step(() => next().answer([{ name: "a" }]));
  const before = result.current;
  rerender({ owner: "ada" });
  expect(result.current).toBe(before);
  rerender({ owner: "bob" });
  expect(fields(result.current)).toEqual({ isLoading: true, isStale: false });
  await step(() => next().answer([{ name: "b" }]));
  expect(result.current.data).toEqual([{ name: "b" }]);
  rerender({ owner: "ada" });
  expect(result.current).toMatchObject({ data: [{ name: "a" }], isStale: true });
  await step();
  expect(requests.map(({ args }) => args)).toEqual([
    { owner: "ada" },
    { owner: "bob" },
    { owner: "ada" },
  ]);
});

test.each([null, "skip"] as const)(
  "with %j instead of arguments nothing is asked",
  async (skip) => {
    const { client, requests, next } = fakeServer();
    const { result, rerender } = renderHook(
      ({ args }: { args: { owner: string } | null | "skip" }) => useQuery(api.projects.list, args),
      {
        wrapper: strictly(client),
        initialProps: { args: skip as { owner: string } | typeof skip },
      },
    );
    await step(() => result.current.refetch());
    expect(fields(result.current)).toEqual({ isLoading: false, isStale: false });
    expect(requests).toHaveLength(0);
    rerender({ args: { owner: "ada" } });
    expect(result.current.isLoading).toBe(true);
    await step(() => next().answer([]));
    expect(result.current.data).toEqual([]);
  },
);

test("with enabled: false nothing is fetched until refetch, which stays the same function", async () => {
  const { client, requests, next } = fakeServer();
  const { result } = renderHook(() => useQuery(api.projects.count, {}, { enabled: false }), {
    wrapper: strictly(client),
  });
  await step();
  expect(fields(result.current)).toEqual({ isLoading: false, isStale: false });
  expect(requests).toHaveLength(0);
  const { refetch } = result.current;
  await step(() => void refetch());
  expect(result.current.isLoading).toBe(true);
  await step(() => next().answer(4));
  expect(fields(result.current)).toEqual({ data: 4, isLoading: false, isStale: false });
  expect(result.current.refetch).toBe(refetch);
});

test("an error is shown, and goes with the next result", async () => {
  const { client, next } = fakeServer();
  const { result } = renderHook(() => useQuery(api.projects.count), { wrapper: strictly(client) });
  await step(() => next().refuse("not-allowed", { status: 403 }));
  expect(fields(result.current)).toEqual({ code: "not-allowed", isLoading: false, isStale: false });
  await step(() => void result.current.refetch());
  await step(() => next().answer(1));
  expect(fields(result.current)).toEqual({ data: 1, isLoading: false, isStale: false });
});

test("components that show one query share a request, and never differ on the screen", async () => {
  const { client, next, requests } = fakeServer();
  const seen: string[] = [];
  const Count = ({ id }: { id: string }): ReactElement => {
    const { data = "…" } = useQuery(api.projects.count);
    return createElement("i", { "data-testid": id }, String(data));
  };
  let addThird: () => void = () => {};
  const Page = (): ReactElement => {
    const [ids, setIds] = useState(["a", "b"]);
    const [, startTransition] = useTransition();
    addThird = () => startTransition(() => setIds(["a", "b", "c"]));
    return createElement(
      "p",
      null,
      ids.map((id) => createElement(Count, { id, key: id })),
    );
  };
  const { container } = render(createElement(Page), { wrapper: strictly(client) });
  const text = (): string => String((container as { textContent?: unknown }).textContent);
  seen.push(text());
  await step(() => next().answer(1));
  seen.push(text());
  await step(() => {
    addThird();
    void client.watch(api.projects.count).refetch();
  });
  await step(() => next().answer(2));
  seen.push(text());
  expect(seen).toEqual(["……", "11", "222"]);
  expect(screen.getByTestId("c")).toBeDefined();
  expect(requests).toHaveLength(2);
});

test("the server renders what is loading, and the browser goes on from there", async () => {
  const { client, requests, next } = fakeServer();
  const Page = (): ReactElement => {
    const { data, isLoading } = useQuery(api.projects.list, { owner: "ada" });
    const names = data?.map(({ name }: Project) => name).join();
    return createElement("p", null, isLoading ? "loading" : names);
  };
  const page = createElement(strictly(client), null, createElement(Page));
  const html = renderToString(page);
  expect(html).toBe("<p>loading</p>");
  expect(requests).toHaveLength(0);

  const { document } = globalThis as unknown as {
    document: { createElement(name: string): Element & { innerHTML: string } };
  };
  const container = document.createElement("div");
  container.innerHTML = html;
  const onRecoverableError = vi.fn();
  await step(() => hydrateRoot(container, page, { onRecoverableError }));
  await step(() => next().answer([{ name: "a" }]));
  expect(container.innerHTML).toBe("<p>a</p>");
  expect(onRecoverableError).not.toHaveBeenCalled();
});

test("without a provider, a client of the page's origin serves, the same one for all", async () => {
  const urls: unknown[] = [];
  vi.stubGlobal("location", { origin: "https://app.test" });
  vi.stubGlobal("fetch", async (url: string) => {
    urls.push(url);
    return { ok: true, status: 200, text: async () => '{"value":9}' };
  });
  const { result } = renderHook(() => [useQuery(api.projects.count), useConvoyClient()] as const, {
    wrapper: StrictMode,
  });
  const other = renderHook(useConvoyClient);
  await step();
  expect(result.current[0].data).toBe(9);
  expect(other.result.current).toBe(result.current[1]);
  expect(urls).toEqual(["/api/query/projects.count"]);
});
