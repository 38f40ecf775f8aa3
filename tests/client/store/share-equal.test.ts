import fc from "fast-check";
import { expect, test } from "vitest";
import { shareEqual } from "../../../client/store/share-equal.js";

test("what did not change keeps its identity", () => {
  const before = { list: [{ id: 1 }, { id: 2, at: new Date(5) }], bytes: Uint8Array.of(1, 2) };
  const after = { list: [{ id: 9 }, { id: 2, at: new Date(5) }], bytes: Uint8Array.of(1, 2) };
  const shared = shareEqual(before, after) as typeof before;
  expect(shared).toEqual(after);
  expect(shared.list[1]).toBe(before.list[1]);
  expect(shared.bytes).toBe(before.bytes);
});

test("an element with an id keeps its identity wherever it is", () => {
  const before = [
    { _id: "a", n: 1 },
    { _id: "b", n: 1 },
    { _id: "c", n: [1] },
  ];
  const after = [{ _id: "x" }, { _id: "a", n: 1 }, { _id: "c", n: [1] }, { _id: "b", n: 2 }, null];
  const shared = shareEqual(before, after) as unknown[];
  expect(shared).toEqual(after);
  expect(shared[1]).toBe(before[0]);
  expect(shared[2]).toBe(before[2]);
  expect(shareEqual(shared, structuredClone(after))).toBe(shared);
});

test.each([
  [[], {}],
  [{ a: undefined }, {}],
  [{ a: 1 }, { b: 1 }],
  [new Date(1), new Date(2)],
  [Uint8Array.of(1), Uint8Array.of(2)],
  [Uint8Array.of(1), [1]],
  [new Date(1), {}],
  [1n, 1],
  [null, {}],
  [0, -0],
  [{}, JSON.parse('{"__proto__":{}}')],
])("%o and %o differ", (before: unknown, after: unknown) => {
  expect(shareEqual(before, after)).toStrictEqual(after);
  expect(shareEqual(before, after)).not.toBe(before);
  expect(shareEqual(after, before)).not.toBe(after);
});

const date = fc.date({ noInvalidDate: true });
const value = fc.anything({
  withBigInt: true,
  maxDepth: 4,
  values: [fc.string(), fc.integer(), fc.boolean(), fc.constant(null), fc.uint8Array(), date],
});

test("the value stays the same, and equal values become one", () => {
  fc.assert(
    fc.property(value, value, (before, after) => {
      expect(shareEqual(before, after)).toStrictEqual(after);
    }),
  );
  fc.assert(
    fc.property(value, (before) => {
      expect(shareEqual(before, structuredClone(before))).toBe(before);
    }),
  );
});
