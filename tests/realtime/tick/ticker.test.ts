import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import { Ticker } from "../../../runtime/realtime/tick/ticker.js";
import { manualClock } from "../changes/manual-clock.js";

test("what wakes it in the moment in which it comes to rest is not left for the next poll", async () => {
  for (let moment = 0; moment < 10; moment += 1) {
    let ticks = 0;
    const clock = manualClock();
    const ticker = new Ticker({
      clock,
      isNeeded: () => true,
      onError: () => expect.fail(),
      tick: async () => {
        ticks += 1;
        if (ticks > 1) return;
        let later = Promise.resolve();
        for (let turn = 0; turn < moment; turn += 1) later = later.then(() => {});
        void later.then(ticker.wake);
      },
    });
    ticker.wake();
    await nextTurn();
    expect([moment, ticks]).toEqual([moment, 2]);
    expect(clock.waiting).toEqual([300]);
    await ticker.stop();
  }
});

test("while the database is away, it says so once and tries later and later", async () => {
  const clock = manualClock();
  const errors: unknown[] = [];
  let isAway = true;
  const ticker = new Ticker({
    clock,
    isNeeded: () => true,
    onError: (error) => errors.push(error),
    tick: async () => {
      if (isAway) throw new Error("away");
    },
  });
  ticker.wake();
  const delays: number[] = [];
  for (let tries = 0; tries < 9; tries += 1) {
    await nextTurn();
    delays.push(...clock.waiting);
    // Whoever comes meanwhile waits with the others.
    ticker.wake();
    clock.next();
  }
  expect(delays).toEqual([37.5, 75, 150, 300, 600, 1200, 2400, 3750, 3750]);
  expect(errors).toHaveLength(1);
  await nextTurn();
  isAway = false;
  clock.next();
  await nextTurn();
  expect(clock.waiting).toEqual([300]);
  isAway = true;
  clock.next();
  await nextTurn();
  expect(errors).toHaveLength(2);
  // Somebody has reached it.
  isAway = false;
  ticker.wakeNow();
  await nextTurn();
  expect(clock.waiting).toEqual([300]);
  await ticker.stop();
});
