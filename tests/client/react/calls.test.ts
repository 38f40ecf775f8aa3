// @vitest-environment happy-dom
import { renderHook } from "@testing-library/react";
import { expect, test } from "vitest";
import {
  useAction,
  useConnectionState,
  useMutation,
  useQuery,
} from "../../../client/react/index.js";
import { api } from "../support/api.js";
import { fakeServer } from "../support/fake-server.js";
import { step, strictly, useReact } from "./support.js";

useReact();

test("useMutation gives the same function at every render, which runs the mutation", async () => {
  const { client, next } = fakeServer();
  const { result, rerender } = renderHook(() => useMutation(api.projects.create), {
    wrapper: strictly(client),
  });
  const create = result.current;
  rerender();
  expect(result.current).toBe(create);
  const created = create({ owner: "ada", name: "x" });
  const request = next();
  expect(request).toMatchObject({
    call: "mutation projects.create",
    args: { owner: "ada", name: "x" },
  });
  await step(() => request.answer("id"));
  expect(await created).toBe("id");
});

test("useAction gives the same function at every render, which runs the action", async () => {
  const { client, next } = fakeServer();
  const { result, rerender } = renderHook(() => useAction(api.projects.send), {
    wrapper: strictly(client),
  });
  const send = result.current;
  rerender();
  expect(result.current).toBe(send);
  const sent = send({ to: "bob" }).catch((error: unknown) => error);
  await step(() => next().refuse("no-such-person", { status: 404 }));
  expect(await sent).toMatchObject({ code: "no-such-person", status: 404 });
});

test("an optimistic update is on the screen at once, and gone after a refusal", async () => {
  const { client, live, next } = fakeServer();
  const { result } = renderHook(
    () => ({
      list: useQuery(api.projects.list, { owner: "ada" }).data?.map(({ name }) => name),
      create: useMutation(api.projects.create).withOptimisticUpdate((store, { owner, name }) => {
        const before = store.getQuery(api.projects.list, { owner }) ?? [];
        store.setQuery(api.projects.list, { owner }, [...before, { name }]);
      }),
    }),
    { wrapper: strictly(client) },
  );
  await step(() => live.show(api.projects.list, { owner: "ada" }, [{ name: "a" }]));
  const created: Array<Promise<unknown>> = [];
  await step(() => {
    created.push(result.current.create({ owner: "ada", name: "b" }).catch(() => "refused"));
  });
  expect(result.current.list).toEqual(["a", "b"]);
  await step(() => next().refuse("name-taken"));
  expect(result.current.list).toEqual(["a"]);
  expect(await created[0]).toBe("refused");
});

test("useConnectionState follows the connection", async () => {
  const { client, next, clock, live } = fakeServer();
  const { result } = renderHook(useConnectionState, { wrapper: strictly(client) });
  expect(result.current).toEqual({ status: "connecting", pendingMutations: 0 });
  await step(() => void client.mutation(api.projects.clear));
  expect(result.current).toEqual({ status: "connecting", pendingMutations: 1 });
  await step(() => next().lose());
  expect(result.current).toEqual({ status: "disconnected", pendingMutations: 1 });
  await step(() => clock.advance(125));
  await step(() => next().answer(null));
  expect(result.current).toEqual({ status: "connected", pendingMutations: 0 });

  // While queries are watched, their connection says more than a call does.
  const stop = client.watch(api.projects.count).subscribe(() => {});
  await step(() => live.show(api.projects.count, {}, 1));
  await step(() => live.cut());
  expect(result.current.status).toBe("disconnected");
  await step(() => clock.advance(125));
  expect(result.current.status).toBe("connected");
  stop();
});
