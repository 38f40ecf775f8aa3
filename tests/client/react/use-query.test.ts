// @vitest-environment happy-dom
import { render, renderHook, screen } from "@testing-library/react";
import { createElement, type ReactElement, StrictMode, useState, useTransition } from "react";
import { hydrateRoot } from "react-dom/client";
import { renderToString } from "react-dom/server";
import { expect, test, vi } from "vitest";
import { type QueryState, useConvoyClient, useQuery } from "../../../client/react/index.js";
import { api, type Project } from "../support/api.js";
import { FakeLiveServer } from "../support/fake-live-server.js";
import { fakeServer } from "../support/fake-server.js";
import { step, strictly, useReact } from "./support.js";

useReact();

const fields = ({ data, error, isLoading, isStale }: QueryState<unknown>): unknown => ({
  data,
  code: error?.code,
  isLoading,
  isStale,
});

test("a query loads, is shown, and follows what happens on the server", async () => {
  const { client, live } = fakeServer();
  const { result } = renderHook(() => useQuery(api.projects.list, { owner: "ada" }), {
    wrapper: strictly(client),
  });
  expect(fields(result.current)).toEqual({ isLoading: true, isStale: false });
  await step(() => live.show(api.projects.list, { owner: "ada" }, [{ name: "a" }]));
  expect(fields(result.current)).toEqual({
    data: [{ name: "a" }],
    isLoading: false,
    isStale: false,
  });
  const { data } = result.current;
  await step(() => live.show(api.projects.list, { owner: "ada" }, [{ name: "a" }, { name: "b" }]));
  expect(result.current.data).toHaveLength(2);
  expect(result.current.data?.[0]).toBe(data?.[0]);
  // In strict mode everything is mounted twice, but nothing is asked twice.
  expect(live.received.map(({ type }) => type)).toEqual(["connect", "watch"]);
});

test("a result is stale while the connection is lost", async () => {
  const { client, clock, live } = fakeServer();
  live.set(api.projects.count, {}, 1);
  const { result } = renderHook(() => useQuery(api.projects.count), { wrapper: strictly(client) });
  await step();
  await step(() => live.cut());
  expect(fields(result.current)).toEqual({ data: 1, isLoading: false, isStale: true });
  await step(() => clock.advance(125));
  expect(fields(result.current)).toEqual({ data: 1, isLoading: false, isStale: false });
});

test("a render with equal arguments changes nothing, one with others asks anew", async () => {
  const { client, live } = fakeServer();
  live.set(api.projects.list, { owner: "ada" }, [{ name: "a" }]);
  const { result, rerender } = renderHook(({ owner }) => useQuery(api.projects.list, { owner }), {
    wrapper: strictly(client),
    initialProps: { owner: "ada" },
  });
  await step();
  const before = result.current;
  rerender({ owner: "ada" });
  expect(result.current).toBe(before);
  rerender({ owner: "bob" });
  expect(fields(result.current)).toEqual({ isLoading: true, isStale: false });
  await step(() => live.show(api.projects.list, { owner: "bob" }, [{ name: "b" }]));
  expect(result.current.data).toEqual([{ name: "b" }]);
  rerender({ owner: "ada" });
  expect(result.current).toMatchObject({ data: [{ name: "a" }], isStale: true });
  await step();
  expect(result.current).toMatchObject({ data: [{ name: "a" }], isStale: false });
  expect(live.received.map(({ type }) => type)).toEqual([
    "connect",
    "watch",
    "unwatch",
    "watch",
    "unwatch",
    "watch",
  ]);
});

test.each([null, "skip"] as const)(
  "with %j instead of arguments nothing is asked",
  async (skip) => {
    const { client, live } = fakeServer();
    const { result, rerender } = renderHook(
      ({ args }: { args: { owner: string } | null | "skip" }) => useQuery(api.projects.list, args),
      {
        wrapper: strictly(client),
        initialProps: { args: skip as { owner: string } | typeof skip },
      },
    );
    await step(() => result.current.refetch());
    expect(fields(result.current)).toEqual({ isLoading: false, isStale: false });
    expect(live.tries).toHaveLength(0);
    rerender({ args: { owner: "ada" } });
    expect(result.current.isLoading).toBe(true);
    await step(() => live.show(api.projects.list, { owner: "ada" }, []));
    expect(result.current.data).toEqual([]);
  },
);

test("with enabled: false nothing is fetched until refetch, which stays the same function", async () => {
  const { client, live } = fakeServer();
  const { result } = renderHook(() => useQuery(api.projects.count, {}, { enabled: false }), {
    wrapper: strictly(client),
  });
  await step();
  expect(fields(result.current)).toEqual({ isLoading: false, isStale: false });
  expect(live.tries).toHaveLength(0);
  const { refetch } = result.current;
  await step(() => void refetch());
  expect(result.current.isLoading).toBe(true);
  await step(() => live.show(api.projects.count, {}, 4));
  expect(fields(result.current)).toEqual({ data: 4, isLoading: false, isStale: false });
  expect(result.current.refetch).toBe(refetch);
});

test("an error is shown, and goes with the next result", async () => {
  const { client, live } = fakeServer();
  live.fail(api.projects.count, {}, "not-allowed");
  const { result } = renderHook(() => useQuery(api.projects.count), { wrapper: strictly(client) });
  await step();
  expect(fields(result.current)).toEqual({ code: "not-allowed", isLoading: false, isStale: false });
  await step(() => live.show(api.projects.count, {}, 1));
  expect(fields(result.current)).toEqual({ data: 1, isLoading: false, isStale: false });
});

test("components that show one query share a result, and never differ on the screen", async () => {
  const { client, live } = fakeServer();
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
  await step(() => live.show(api.projects.count, {}, 1));
  seen.push(text());
  await step(() => {
    addThird();
    return live.show(api.projects.count, {}, 2);
  });
  seen.push(text());
  expect(seen).toEqual(["……", "11", "222"]);
  expect(screen.getByTestId("c")).toBeDefined();
  expect(live.received).toHaveLength(2);
});

test("the server renders what is loading, and the browser goes on from there", async () => {
  const { client, live } = fakeServer();
  const Page = (): ReactElement => {
    const { data, isLoading } = useQuery(api.projects.list, { owner: "ada" });
    const names = data?.map(({ name }: Project) => name).join();
    return createElement("p", null, isLoading ? "loading" : names);
  };
  const page = createElement(strictly(client), null, createElement(Page));
  const html = renderToString(page);
  expect(html).toBe("<p>loading</p>");
  expect(live.tries).toHaveLength(0);

  const { document } = globalThis as unknown as {
    document: { createElement(name: string): Element & { innerHTML: string } };
  };
  const container = document.createElement("div");
  container.innerHTML = html;
  const onRecoverableError = vi.fn();
  await step(() => hydrateRoot(container, page, { onRecoverableError }));
  await step(() => live.show(api.projects.list, { owner: "ada" }, [{ name: "a" }]));
  expect(container.innerHTML).toBe("<p>a</p>");
  expect(onRecoverableError).not.toHaveBeenCalled();
});

test("without a provider, a client of the page's origin serves, the same one for all", async () => {
  const live = new FakeLiveServer();
  live.set(api.projects.count, {}, 9);
  const urls: string[] = [];
  vi.stubGlobal("location", { origin: "http://app.test" });
  vi.stubGlobal(
    "WebSocket",
    class extends live.WebSocket {
      constructor(url: string, protocol: string) {
        super(url, protocol);
        urls.push(url);
      }
    },
  );
  const { result } = renderHook(() => [useQuery(api.projects.count), useConvoyClient()] as const, {
    wrapper: StrictMode,
  });
  const other = renderHook(useConvoyClient);
  await step();
  expect(result.current[0].data).toBe(9);
  expect(other.result.current).toBe(result.current[1]);
  expect(urls).toEqual(["ws://app.test/api/sync"]);
  await result.current[1].close();
});
