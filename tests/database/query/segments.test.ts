import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type KeyBound,
  type KeyValues,
  type Segment,
  segmentsBetween,
} from "../../../runtime/database/query/segments.js";

const someValues = ["0", "1", "2"];

test("the segments between two bounds hold exactly the keys between them, in order", () => {
  fc.assert(
    fc.property(orderAndBounds(), ({ nullable, lower, upper }) => {
      const columns = nullable.map((isNullable, at) => ({
        sql: `${at}`,
        nullable: isNullable,
        type: "text" as const,
      }));
      const keys = allKeys(nullable);
      const expected = keys.filter((key) => isAbove(key, lower) && isBelow(key, upper));
      const found = segmentsBetween(columns, lower, upper).flatMap((segment) =>
        keys.filter((key) => holds(segment, key)),
      );
      expect(found).toEqual(expected);
    }),
    { numRuns: 3000 },
  );
});

function orderAndBounds() {
  return fc.array(fc.boolean(), { minLength: 1, maxLength: 4 }).chain((nullable) => {
    const value = (isNullable: boolean) =>
      fc.constantFrom<string | null>(...(isNullable ? [null] : []), ...someValues);
    const bound = fc.integer({ min: 1, max: nullable.length }).chain((length) =>
      fc.record({
        values: fc.tuple(...nullable.slice(0, length).map(value)),
        inclusive: fc.boolean(),
      }),
    );
    return fc.record({
      nullable: fc.constant(nullable),
      lower: fc.option(bound),
      upper: fc.option(bound),
    });
  });
}

/** Every key of these columns, in the order of an index: NULLs first. */
function allKeys(nullable: readonly boolean[]): KeyValues[] {
  return nullable.reduce<KeyValues[]>(
    (keys, isNullable) =>
      keys.flatMap((key) =>
        [...(isNullable ? [null] : []), ...someValues].map((value) => [...key, value]),
      ),
    [[]],
  );
}

function isAbove(key: KeyValues, bound: KeyBound | null): boolean {
  if (bound === null) return true;
  const order = compareStarts(key, bound.values);
  return bound.inclusive ? order >= 0 : order > 0;
}

function isBelow(key: KeyValues, bound: KeyBound | null): boolean {
  if (bound === null) return true;
  const order = compareStarts(key, bound.values);
  return bound.inclusive ? order <= 0 : order < 0;
}

function compareStarts(key: KeyValues, start: KeyValues): number {
  for (const [at, value] of start.entries()) {
    const own = key[at] ?? null;
    if (own === value) continue;
    if (own === null || value === null) return own === null ? -1 : 1;
    return own < value ? -1 : 1;
  }
  return 0;
}

/** As Postgres evaluates the conditions: a comparison with NULL is not true. */
function holds(segment: Segment, key: KeyValues): boolean {
  return segment.every((condition) => {
    switch (condition.kind) {
      case "equal":
        return key[Number(condition.column.sql)] === condition.value;
      case "null":
        return key[Number(condition.column.sql)] === null;
      case "not null":
        return key[Number(condition.column.sql)] !== null;
      case "row": {
        for (const [at, column] of condition.columns.entries()) {
          const own = key[Number(column.sql)] ?? null;
          const value = condition.values[at] ?? "";
          if (own === null) return false;
          if (own !== value) return condition.operator.startsWith(">") ? own > value : own < value;
        }
        return condition.operator.length === 2;
      }
    }
  });
}
