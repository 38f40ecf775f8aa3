import fc from "fast-check";
import { expect, test } from "vitest";
import { IntervalMap } from "../../../runtime/realtime/read-set/interval-map.js";
import { propertyRuns } from "../../database/support/property-runs.js";

const key = fc.string({ unit: fc.constantFrom("\u0000", "a", "\u00ff"), maxLength: 3 });
const range = fc.record({ start: key, end: fc.option(key), value: fc.integer({ min: 0, max: 5 }) });

test("a map finds the ranges that hold a key, whatever was added and deleted", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.boolean(), range), { maxLength: 60 }),
      fc.array(key, { minLength: 1 }),
      fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
      (calls, keys, chances) => {
        const map = new IntervalMap<number>(() => chances.next().value as number);
        const model = new Map<string, (typeof calls)[number][1]>();
        for (const [isAdded, given] of calls) {
          const { start, end, value } = given;
          const name = JSON.stringify([start, end, value]);
          if (isAdded) map.add(start, end, value);
          else map.delete(start, end, value);
          if (isAdded) model.set(name, given);
          else model.delete(name);
        }
        const kept = [...model.values()].filter(({ start, end }) => end === null || start < end);
        expect(map.isEmpty).toBe(kept.length === 0);
        for (const at of keys) {
          const found = new Set<number>();
          map.stab(at, (value) => found.add(value));
          const expected = kept
            .filter(({ start, end }) => start <= at && (end === null || at < end))
            .map(({ value }) => value);
          expect(found).toEqual(new Set(expected));
        }
      },
    ),
    propertyRuns(300),
  );
});
