import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeWire, encodeWire, MAX_WIRE_DEPTH } from "../../protocol/wire-value.js";

const scalar = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.string({ unit: "binary" }),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0),
  fc.bigInt(),
  fc.date({ noInvalidDate: true }),
  fc.uint8Array(),
);

const name = fc.oneof(
  fc.string(),
  fc.constantFrom("$date", "$bigint", "$bytes", "$object", "$", "__proto__", "constructor"),
);

const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    scalar,
    fc.array(tie("value"), { maxLength: 4 }),
    fc
      .array(fc.tuple(name, tie("value")), { maxLength: 4 })
      .map((entries) => Object.fromEntries(entries)),
  ),
}));

describe("the wire form of values", () => {
  test("every value comes back the same, through JSON", () => {
    fc.assert(
      fc.property(value, (original) => {
        const text = JSON.stringify(encodeWire(original));
        const decoded = decodeWire(JSON.parse(text));
        // `toStrictEqual` takes a property called `constructor` for the type.
        expect(isDeepStrictEqual(decoded, withoutNegativeZero(original))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test("whatever JSON arrives, decoding gives a value or an error with a code", () => {
    fc.assert(
      fc.property(fc.jsonValue(), name, fc.jsonValue(), (json, tag, inner) => {
        for (const sent of [json, { [tag]: inner }]) {
          try {
            encodeWire(decodeWire(sent));
          } catch (error) {
            expect(error).toMatchObject({ code: "value-not-decodable", status: 400 });
          }
        }
      }),
    );
  });

  test("properties that are undefined are left out, and undefined alone is null", () => {
    expect(encodeWire({ a: undefined, b: 1 })).toEqual({ b: 1 });
    expect(encodeWire(undefined)).toBeNull();
  });

  test.each([
    ["NaN", { a: [Number.NaN] }, '"a.0" is NaN'],
    ["Infinity", Number.POSITIVE_INFINITY, "The value is Infinity"],
    ["a function", { run: () => {} }, '"run" is a function'],
    ["a Map", { tags: new Map() }, '"tags" is a Map'],
    ["an invalid Date", new Date(Number.NaN), "The value is an invalid Date"],
    ["undefined in a list", [undefined], '"0" is undefined'],
  ])("%s is refused, with its place", (_what, refused, message) => {
    expect(() => encodeWire(refused)).toThrow(
      expect.objectContaining({
        code: "value-not-encodable",
        message: expect.stringContaining(message),
      }),
    );
  });

  test("depth has a limit both ways", () => {
    const nested = (levels: number) => {
      let json: unknown = 1;
      for (let level = 0; level < levels; level += 1) json = [json];
      return json;
    };
    const deepest = nested(MAX_WIRE_DEPTH);
    expect(decodeWire(encodeWire(deepest))).toEqual(deepest);
    expect(() => encodeWire(nested(10_000))).toThrow("levels deep");
    expect(() => decodeWire(nested(10_000))).toThrow("levels deep");
  });

  test("a number that JSON can write and nobody can hold is refused", () => {
    for (const text of ["1e999", "-1e999", '{"a":[1e400]}']) {
      expect(() => decodeWire(JSON.parse(text))).toThrow("too large");
    }
  });

  test("a tag that holds something else is refused", () => {
    for (const json of [
      { $date: "yesterday" },
      { $date: 1 },
      { $bigint: "1.5" },
      { $bytes: "?" },
      { $bytes: "+" },
      { $bytes: "AAAAA" },
      { $bytes: "AAA==" },
      { $map: [] },
      { $object: 1 },
    ]) {
      expect(() => decodeWire(json)).toThrow("A value is tagged");
    }
  });
});

/** JSON has no -0. */
function withoutNegativeZero(original: unknown): unknown {
  if (typeof original === "number") return original + 0;
  if (Array.isArray(original)) return original.map(withoutNegativeZero);
  const isPlain =
    typeof original === "object" &&
    original !== null &&
    Object.getPrototypeOf(original) === Object.prototype;
  if (!isPlain) return original;
  return Object.fromEntries(
    Object.entries(original).map(([key, inner]) => [key, withoutNegativeZero(inner)]),
  );
}
