import { expect, test } from "vitest";
import type { LiveQuery, Watch } from "../../../runtime/realtime/query/live-query.js";
import { ResultTexts } from "../../../runtime/realtime/query/result-texts.js";
import { LiveSession } from "../../../runtime/realtime/session/live-session.js";

test("watches that come and go while no tick succeeds leave nothing behind", () => {
  const sent: string[] = [];
  const outlet = { send: (text: string) => void sent.push(text), close: () => {} };
  const session = new LiveSession("session", outlet, new ResultTexts());
  const query: LiveQuery = {
    key: "a",
    name: "a",
    args: {},
    result: null,
    reads: null,
    isGuarded: false,
    watches: new Set(),
  };
  // More than a function takes as arguments.
  for (let id = 0; id < 200_000; id += 1) {
    const watch: Watch = { id, query, sent: null, knownHash: undefined, hasJoined: false };
    session.addWatch(watch);
    if (id % 1_000 === 0) session.beginTick();
    session.deleteWatch(id);
  }
  expect(session.isWaiting).toBe(false);
  session.beginTick();
  session.endTick();
  expect(sent).toEqual([]);
});
