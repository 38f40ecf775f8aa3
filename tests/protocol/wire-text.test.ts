import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { expect, test } from "vitest";
import { isOwnWireForm, wireText } from "../../protocol/wire-text.js";
import { decodeWire, encodeWire, MAX_WIRE_DEPTH } from "../../protocol/wire-value.js";

const name = fc.oneof(
  fc.string(),
  fc.constantFrom("$date", "$object", "$", "__proto__", "constructor", "toJSON"),
);

/** Far from all of them have a wire form. */
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(undefined, null, true, -0, Number.NaN, 12n, new Date(0), new Uint8Array(2)),
    fc.constantFrom(new Map(), Object.create(null), Symbol.iterator, () => 1),
    fc.string({ unit: "binary" }),
    fc.double(),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.sparseArray(tie("value"), { maxLength: 3 }),
    fc
      .array(fc.tuple(name, tie("value")), { maxLength: 4 })
      .map((entries) => Object.fromEntries(entries)),
  ),
}));

test("the text of a value is that of its wire form, and what has none is refused alike", () => {
  fc.assert(
    fc.property(value, (original) => {
      expect(outcomeOf(() => wireText(original))).toEqual(
        outcomeOf(() => JSON.stringify(encodeWire(original))),
      );
    }),
  );
});

test("what is its own wire form stands for itself", () => {
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), value), (json) => {
      fc.pre(isOwnWireForm(json));
      expect(isDeepStrictEqual(decodeWire(json), json)).toBe(true);
    }),
  );
});

test("what is too deep is its own wire form no more", () => {
  const nest = (levels: number): unknown =>
    Array.from({ length: levels }).reduce((inner) => [inner], 0);
  expect(isOwnWireForm(nest(MAX_WIRE_DEPTH))).toBe(true);
  expect(isOwnWireForm(nest(MAX_WIRE_DEPTH + 1))).toBe(false);
  expect(isOwnWireForm(nest(200_000))).toBe(false);
});

function outcomeOf(make: () => string): string {
  try {
    return make();
  } catch (error) {
    return `thrown: ${(error as Error).message}`;
  }
}
