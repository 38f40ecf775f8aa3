import fc from "fast-check";
import { expect, test } from "vitest";
import type { ConvoyError } from "../../../client/index.js";
import { MAX_MUTATIONS } from "../../../client/store/mutation-queue.js";
import { api } from "../support/api.js";
import { quiet } from "../support/fake-clock.js";
import { fakeServer } from "../support/fake-server.js";

/** What happens to one request. */
type Fate = "answered" | "request lost" | "answer lost" | "asked to retry" | "refused";

const fate = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Fate>("answered") },
  fc.constantFrom<Fate>("request lost", "answer lost", "asked to retry", "refused"),
);

test("whatever is lost, mutations apply once, in order, one at a time, and each learns its fate", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 6 }), fc.array(fate), async (count, fates) => {
      const server = fakeServer();
      /** As a Convoy server does: what a mutation id has given once is given again. */
      const ledger = new Map<string, string>();
      const calls = Array.from({ length: count }, (_, index) =>
        server.client
          .mutation(api.projects.create, { owner: "ada", name: `${index}` })
          .then((id) => ({ id }))
          .catch((error: unknown) => ({ code: (error as ConvoyError).code })),
      );
      const expected: unknown[] = [];
      const applied: string[] = [];
      await quiet();
      let handled = 0;
      while (handled < server.requests.length) {
        // Nothing else is sent while one is under way.
        expect(server.requests.length - handled).toBe(1);
        const request = server.next();
        const { name } = request.args as { name: string };
        const what = fates[handled++] ?? "answered";
        const key = `${request.headers["convoy-client-id"]} ${request.headers["convoy-mutation-id"]}`;
        if (what !== "request lost" && what !== "refused" && what !== "asked to retry") {
          if (!ledger.has(key)) applied.push(name);
          ledger.set(key, `id of ${name}`);
        }
        if (what === "answered") {
          expected[Number(name)] = { id: ledger.get(key) };
          await request.answer(ledger.get(key));
        } else if (what === "refused" && !ledger.has(key)) {
          expected[Number(name)] = { code: "name-taken" };
          await request.refuse("name-taken");
        } else {
          const isAsked = what === "asked to retry";
          await (isAsked ? request.refuse("busy", { retryable: true }) : request.lose());
          await server.clock.advance(10_000);
        }
      }
      expect(await Promise.all(calls)).toEqual(expected);
      expect(applied).toEqual([...new Set(applied)].toSorted());
      expect(server.clock.delays).toEqual([]);
    }),
    { numRuns: 60 },
  );
});

test("while nothing gets through, mutations wait in order, and those behind them", async () => {
  const server = fakeServer();
  const { client, clock, next, requests } = server;
  const first = client.mutation(api.projects.clear);
  const second = client.mutation(api.projects.create, { owner: "ada", name: "x" });
  const delays: number[] = [];
  for (let attempt = 0; attempt < 12; attempt++) {
    await next().lose();
    delays.push(...clock.delays);
    await clock.advance(clock.delays[0]!);
  }
  expect(delays.slice(0, 8)).toEqual([125, 250, 500, 1000, 2000, 4000, 5000, 5000]);
  expect(client.connection.state).toEqual({ status: "disconnected", pendingMutations: 2 });
  await next().lose();
  // There is a network again: nobody waits for the clock.
  await server.wake("online");
  await next().answer(null);
  await first;
  await next().answer("id");
  expect(await second).toBe("id");
  const sent = requests.map(({ call, headers }) => `${call} ${headers["convoy-mutation-id"]}`);
  expect(new Set(sent)).toEqual(
    new Set(["mutation projects.clear 1", "mutation projects.create 2"]),
  );
  expect(clock.delays).toEqual([]);
});

test("a mutation that the server gives up for others is sent eight times", async () => {
  const { client, clock, next, requests } = fakeServer();
  const cleared = client.mutation(api.projects.clear).catch((error: unknown) => error);
  for (let attempt = 0; attempt < 8; attempt++) {
    await next().refuse("mutation-conflict", { status: 503, retryable: true });
    await clock.advance(10_000);
  }
  expect(await cleared).toMatchObject({ code: "mutation-conflict" });
  expect(requests).toHaveLength(8);
});

test("no more than so many mutations wait", async () => {
  const { client, next } = fakeServer();
  const waiting = Array.from({ length: MAX_MUTATIONS }, () => client.mutation(api.projects.clear));
  await expect(client.mutation(api.projects.clear)).rejects.toMatchObject({
    code: "too-many-mutations",
    retryable: true,
  });
  await next().answer(null);
  await waiting[0];
  const one = client.mutation(api.projects.clear).catch(() => "closed");
  const others = Promise.allSettled(waiting.slice(1));
  await client.close();
  expect(await one).toBe("closed");
  expect((await others).every(({ status }) => status === "rejected")).toBe(true);
});
