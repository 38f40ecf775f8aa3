import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { ConvoyError } from "../../../protocol/errors.js";
import { createPool } from "../../../runtime/postgres/pool/pool.js";
import { holdLease } from "../../../runtime/realtime/changes/lease.js";
import { ResultTexts } from "../../../runtime/realtime/query/result-texts.js";
import { realClock } from "../../../runtime/realtime/tick/clock.js";
import { LiveQueries } from "../../../runtime/realtime/tick/live-queries.js";
import { problemOf } from "../../../runtime/server/http/problem.js";
import { notesDatabase } from "../../server/support/test-server.js";
import { manualClock } from "../changes/manual-clock.js";
import { MemoryClient } from "../support/memory-client.js";

const timeout = new ConvoyError("function-timeout", "It did not end.", { status: 503 });
const busy = new ConvoyError("lock-timeout", "It waited.", { status: 503, retryable: true });
const refused = new ConvoyError("room-closed", "The room is closed.", { status: 409 });

test("a query that failed for a reason that may pass runs again, later and later, until it does not", async () => {
  await using database = await notesDatabase();
  await using pool = createPool({ url: database.url });
  const clock = manualClock();
  const serverId = randomUUID();
  let runs = 0;
  let failure: ConvoyError | null = timeout;
  const runQueryOn = async (): Promise<number> => {
    runs += 1;
    if (failure !== null) throw failure;
    return runs;
  };
  const program = { runner: { runQueryOn }, tables: [] };
  const live = new LiveQueries({
    pool,
    clock,
    serverId,
    program: () => Promise.resolve(program),
    texts: new ResultTexts(),
    failed: (_name, error) => ({
      kind: "error",
      problem: problemOf(error, { development: false }).body,
    }),
  });
  await using lease = holdLease({ pool, serverId, clock: realClock, needs: () => live.fence });
  await lease.ready;
  const client = new MemoryClient(live, "client");
  const id = client.watch("any.query");
  const tick = async (): Promise<unknown> => {
    await live.tick();
    return client.shown.get(id)?.error ?? client.shown.get(id)?.value;
  };
  expect(await tick()).toBe("function-timeout");
  expect(await tick()).toBe("function-timeout");
  expect({ runs, waiting: clock.waiting }).toEqual({ runs: 1, waiting: [3750] });

  failure = busy;
  clock.next();
  expect(await tick()).toBe("lock-timeout");
  expect({ runs, waiting: clock.waiting }).toEqual({ runs: 2, waiting: [7500] });

  failure = null;
  clock.next();
  expect(await tick()).toBe(3);
  expect(clock.waiting).toEqual([]);

  failure = refused;
  client.watch("any.refused");
  await tick();
  expect(clock.waiting).toEqual([]);

  failure = busy;
  const given = client.watch("any.given");
  await tick();
  expect(clock.waiting).toEqual([3750]);
  client.unwatch(given);
  expect(clock.waiting).toEqual([]);
  client.end();
});
