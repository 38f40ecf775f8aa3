import fc from "fast-check";
import { expect, test } from "vitest";
import { PagedQuery } from "../../../client/store/paged-query.js";
import { api, type Project } from "../support/api.js";
import { quiet } from "../support/fake-clock.js";
import { fakeServer } from "../support/fake-server.js";

const name = fc.integer({ min: 10, max: 60 }).map(String);

const operation = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("insert" as const), name }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("delete" as const), name }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("tick" as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("load" as const),
      numItems: fc.integer({ min: 1, max: 4 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("cut" as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("look away" as const) }) },
);

test("whatever happens, the list is the beginning of what was there at one moment", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(name, { maxLength: 15 }),
      fc.array(operation, { maxLength: 40 }),
      async (initial, operations) => {
        const { client, clock, live } = fakeServer();
        let names = initial.toSorted();
        const history = [names];
        live.isPaused = true;
        live.serve(api.projects.page, ({ paginationOpts: { cursor, numItems } }) => {
          const rest = names.filter((other) => other > (cursor ?? ""));
          const page = rest.slice(0, numItems).map((other): Project => ({ name: other }));
          const isDone = rest.length <= numItems;
          return { page, isDone, continueCursor: page.at(-1)?.name ?? cursor ?? "" };
        });
        const pages = new PagedQuery<Project>(
          (cursor, numItems) =>
            client.watch(api.projects.page, {
              owner: "ada",
              paginationOpts: { cursor, numItems },
            }),
          3,
        );
        const shown = (): string[] => pages.getSnapshot().results.map((project) => project.name);
        let moment = 0;
        const check = (): void => {
          // Never from before the moment that was shown last.
          const isOf = (then: readonly string[]): boolean =>
            shown().every((other, index) => other === then[index]);
          const found = history.findIndex((then, index) => index >= moment && isOf(then));
          expect(found, `${shown().join(" ")} in ${JSON.stringify(history)}`).not.toBe(-1);
          if (shown().length > 0) moment = found;
        };
        let stop = pages.subscribe(() => {});
        await quiet();
        for (const happens of operations) {
          if (happens.kind === "tick") live.tick();
          else if (happens.kind === "load") pages.loadMore(happens.numItems);
          else if (happens.kind === "cut") live.cut();
          else if (happens.kind === "look away") {
            stop();
            stop = pages.subscribe(() => {});
          } else {
            const others = names.filter((other) => other !== happens.name);
            names = happens.kind === "insert" ? [...others, happens.name].toSorted() : others;
            history.push(names);
          }
          await quiet();
          check();
          if (happens.kind === "cut") await clock.advance(10_000);
        }
        // Each tick may move one more page.
        for (let page = 0; page <= operations.length + 1; page++) {
          live.tick();
          await quiet();
          check();
        }
        const { results, status, isLoading } = pages.getSnapshot();
        expect(isLoading).toBe(false);
        expect(shown()).toEqual(names.slice(0, results.length));
        expect(status).toBe(results.length === names.length ? "Exhausted" : "CanLoadMore");
        stop();
        await client.close();
      },
    ),
    { numRuns: 150 },
  );
});
