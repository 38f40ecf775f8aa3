import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compareValues } from "../../../runtime/database/values/compare.js";
import { propertyRuns } from "../support/property-runs.js";
import { anyValue, text } from "../support/random-scalars.js";

describe("the order of values", () => {
  test("is total: everything compares with everything, one way", () => {
    fc.assert(
      fc.property(anyValue, anyValue, anyValue, (a, b, c) => {
        expect(compareValues(a, a)).toBe(0);
        expect(Math.sign(compareValues(a, b))).toBe(-Math.sign(compareValues(b, a)) + 0);
        // In an object each: an array sorts what is undefined last, without asking.
        const [low, middle, high] = [{ value: a }, { value: b }, { value: c }]
          .toSorted((left, right) => compareValues(left.value, right.value))
          .map(({ value }) => value);
        expect(compareValues(low, middle)).toBeLessThanOrEqual(0);
        expect(compareValues(middle, high)).toBeLessThanOrEqual(0);
        expect(compareValues(low, high)).toBeLessThanOrEqual(0);
        if (compareValues(a, b) === 0) {
          expect(Math.sign(compareValues(a, c))).toBe(Math.sign(compareValues(b, c)));
        }
      }),
      propertyRuns(1500),
    );
  });

  test("of texts is that of their UTF-8 bytes", () => {
    fc.assert(
      fc.property(text, text, (a, b) => {
        const byBytes = Buffer.compare(Buffer.from(a), Buffer.from(b));
        expect(Math.sign(compareValues(a, b))).toBe(byBytes);
      }),
      propertyRuns(1500),
    );
  });

  test("goes from what is absent to what has no order, kind by kind", () => {
    const ascending = [
      undefined,
      null,
      -(10n ** 30n),
      -1n,
      0n,
      10n ** 30n,
      Number.NEGATIVE_INFINITY,
      -1e308,
      -5e-324,
      0,
      5e-324,
      1e308,
      Number.POSITIVE_INFINITY,
      false,
      true,
      "",
      "\u0001",
      "A",
      "a",
      "aa",
      "\uFFFD",
      "\u{10000}",
      new Date(-1),
      new Date(0),
      new Uint8Array(),
      Uint8Array.of(0),
      Uint8Array.of(0, 0),
      Uint8Array.of(1),
      Uint8Array.of(255),
      {},
    ];
    for (const [at, value] of ascending.entries()) {
      for (const [otherAt, other] of ascending.entries()) {
        expect(Math.sign(compareValues(value, other))).toBe(Math.sign(at - otherAt));
      }
    }
  });

  test("takes lists and objects for equal, and minus zero for zero", () => {
    expect(compareValues([1], { a: 2 })).toBe(0);
    expect(compareValues([], [1])).toBe(0);
    expect(compareValues(-0, 0)).toBe(0);
  });
});
