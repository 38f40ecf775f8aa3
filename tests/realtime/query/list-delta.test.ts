import fc from "fast-check";
import { expect, test } from "vitest";
import type { ListDelta } from "../../../protocol/sync.js";
import type { WireJson } from "../../../protocol/wire-value.js";
import { listDelta } from "../../../runtime/realtime/query/list-delta.js";
import { ValueResult } from "../../../runtime/realtime/query/result.js";

const list = fc
  .uniqueArray(
    fc.record({ _id: fc.integer({ min: 0, max: 12 }).map(String), n: fc.integer({ max: 2 }) }),
    { selector: ({ _id }) => _id, minLength: 1, maxLength: 12 },
  )
  .map((documents): WireJson => documents);

test("a difference makes the new list of the old one, and is shorter", () => {
  fc.assert(
    fc.property(list, list, (before, after) => {
      const [from, to] = [new ValueResult(before), new ValueResult(after)];
      expect(from.json).toBe(JSON.stringify(before));
      const delta = listDelta(from, to);
      if (delta === null) return;
      expect(delta.length).toBeLessThan(to.json.length);
      expect(applied(before as readonly WireJson[], JSON.parse(delta) as ListDelta)).toEqual(after);
    }),
  );
});

test("a document that was added to a long list is sent alone", () => {
  const old = Array.from({ length: 50 }, (_, at) => ({ _id: `${at}`, text: "something to say" }));
  const added = { _id: "new", text: "hello" };
  const delta = listDelta(new ValueResult(old), new ValueResult([added, ...old.slice(0, 49)]));
  expect(JSON.parse(delta ?? "")).toEqual([added, [0, 49]]);
});

test("what is no list of documents has no difference", () => {
  const results = [1, [], [1], [{ _id: 1 }], [{ _id: "a" }, { _id: "a" }], { _id: "a" }];
  for (const value of results) {
    expect(listDelta(new ValueResult([{ _id: "a" }]), new ValueResult(value))).toBeNull();
  }
});

function applied(old: readonly WireJson[], delta: ListDelta): readonly WireJson[] {
  return delta.flatMap((part): readonly WireJson[] =>
    Array.isArray(part) ? old.slice(part[0], part[0] + part[1]) : [part as WireJson],
  );
}
