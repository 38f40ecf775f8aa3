import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compareValues } from "../../../runtime/database/values/compare.js";
import { encodeIndexKey, prefixEnd } from "../../../runtime/database/values/index-key.js";
import { propertyRuns } from "../support/property-runs.js";
import { anyValue } from "../support/random-scalars.js";

const tuple = fc.array(anyValue, { maxLength: 4 });

describe("the key of an index", () => {
  test("is ordered by its bytes as the values are", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.infiniteStream(anyValue), (length, values) => {
        const left = Array.from({ length }, () => values.next().value);
        const right = Array.from({ length }, () => values.next().value);
        const byBytes = Buffer.compare(encodeIndexKey(left), encodeIndexKey(right));
        expect(Math.sign(byBytes)).toBe(Math.sign(compareTuples(left, right)));
      }),
      propertyRuns(1500),
    );
  });

  test("joins: the key of the first values begins the keys of more, and no others", () => {
    fc.assert(
      fc.property(tuple, tuple, (left, right) => {
        const joined = encodeIndexKey([...left, ...right]);
        expect(Buffer.concat([encodeIndexKey(left), encodeIndexKey(right)])).toEqual(joined);
        const prefix = encodeIndexKey(right);
        const begins =
          Buffer.compare(encodeIndexKey(left).subarray(0, prefix.length), prefix) === 0;
        const isSame =
          left.length >= right.length && compareTuples(left.slice(0, right.length), right) === 0;
        expect(begins).toBe(isSame);
      }),
      propertyRuns(1500),
    );
  });

  test("has an end, which is the first key above all that begin with it", () => {
    const bytes = fc.uint8Array({ maxLength: 4 }).filter((key) => key.some((byte) => byte < 255));
    const others = fc.oneof(fc.uint8Array({ maxLength: 5 }), bytes);
    fc.assert(
      fc.property(bytes, others, fc.boolean(), (key, other, isBelow) => {
        const end = prefixEnd(key) ?? expect.fail();
        const candidate = isBelow ? Buffer.concat([key, other]) : other;
        const begins = Buffer.compare(candidate.subarray(0, key.length), key) === 0;
        const isInRange = Buffer.compare(candidate, key) >= 0 && Buffer.compare(candidate, end) < 0;
        expect(isInRange).toBe(begins);
      }),
      propertyRuns(1500),
    );
  });

  test("has no end where it is empty: every key begins with it", () => {
    expect(encodeIndexKey([])).toHaveLength(0);
    expect(prefixEnd(encodeIndexKey([]))).toBeNull();
    expect(prefixEnd(Uint8Array.of(255, 255))).toBeNull();
    expect(prefixEnd(Uint8Array.of(1, 255))).toEqual(Uint8Array.of(2));
  });

  test("does not change the key that an end is asked of", () => {
    const key = Uint8Array.of(1, 2);
    prefixEnd(key);
    expect(key).toEqual(Uint8Array.of(1, 2));
  });

  test.each([
    ["NaN", Number.NaN],
    ["an invalid Date", new Date(Number.NaN)],
    ["a NUL character", "a\0"],
    ["a lone surrogate", "a\uD800"],
  ])("refuses %s", (_, value) => {
    expect(() => encodeIndexKey([value])).toThrow(
      expect.objectContaining({ code: "invalid-value" }),
    );
  });
});

function compareTuples(left: readonly unknown[], right: readonly unknown[]): number {
  for (const [at, value] of left.entries()) {
    const order = compareValues(value, right[at]);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}
