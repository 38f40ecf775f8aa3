import fc from "fast-check";
import { testId } from "./test-ids.js";

/**
 * Scalars of each kind. A few values come often, so that documents have equal ones and ranges hit
 * some; among them are those at which encodings and orders break.
 */

const knownTexts = [
  "",
  "a",
  "A",
  "aa",
  "b",
  "a b",
  "é",
  "e\u0301",
  "ß",
  "\u0001",
  "\u007F",
  "\u0080",
  "\uD7FF",
  // Between these two, UTF-16 units and code points disagree.
  "\uFFFD",
  "\u{1F600}",
  "\u{10FFFF}",
  "'\"\\",
  "null",
  "12",
  "$date",
  "2026-11-22T20:37:50.123Z",
  String.raw`\x00ff`,
];

/** Any text that Postgres can keep. */
export const text: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...knownTexts) },
  {
    weight: 1,
    arbitrary: fc.string({ unit: "binary", maxLength: 8 }).map((any) => any.replaceAll("\0", "0")),
  },
);

/** Minus zero is among them: it comes back as zero. */
export const number: fc.Arbitrary<number> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      0,
      -0,
      1,
      -1,
      2,
      10,
      0.1,
      -1.5,
      1e-7,
      1e21,
      2 ** 53,
      2 ** 53 + 2,
      -(2 ** 60),
      2 ** 63,
      1e308,
      -1e308,
      5e-324,
      -5e-324,
      Number.MAX_VALUE,
    ),
  },
  { weight: 1, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }) },
);

export const integer: fc.Arbitrary<number> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom(0, 1, -1, 2, 100, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER),
  },
  { weight: 1, arbitrary: fc.maxSafeInteger() },
);

export const bigint: fc.Arbitrary<bigint> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      0n,
      1n,
      -1n,
      9n,
      10n,
      -10n,
      255n,
      256n,
      -256n,
      2n ** 63n,
      -(2n ** 64n),
      10n ** 400n,
      -(10n ** 401n),
    ),
  },
  { weight: 1, arbitrary: fc.bigInt({ min: -(2n ** 80n), max: 2n ** 80n }) },
);

const earliest = new Date("0001-01-01T00:00:00.000Z");
const latest = new Date("9999-12-31T23:59:59.999Z");

export const date: fc.Arbitrary<Date> = fc
  .oneof(
    {
      weight: 3,
      arbitrary: fc.constantFrom(
        earliest.getTime(),
        latest.getTime(),
        0,
        -1,
        1,
        Date.UTC(2026, 10, 22, 20, 37, 50, 120),
        Date.UTC(1883, 10, 18, 12, 3, 58),
        new Date("0099-12-31T23:59:59.999Z").getTime(),
      ),
    },
    {
      weight: 1,
      arbitrary: fc
        .date({ min: earliest, max: latest, noInvalidDate: true })
        .map((any) => any.getTime()),
    },
  )
  // A new one each time: nobody may rely on the same object.
  .map((time) => new Date(time));

export const bytes: fc.Arbitrary<Uint8Array> = fc
  .oneof(
    {
      weight: 3,
      arbitrary: fc.constantFrom([], [0], [0, 0], [0, 1], [0, 255], [1], [127], [128], [255]),
    },
    { weight: 1, arbitrary: fc.array(fc.nat(255), { maxLength: 6 }) },
  )
  .map((list) => Uint8Array.from(list));

/** An id of one of the tables, of few that there are. */
export function idOf(tableNumbers: readonly number[]): fc.Arbitrary<string> {
  return fc
    .tuple(
      fc.constantFrom(...tableNumbers),
      fc.constantFrom(1, 1_795_380_000_000),
      fc.constantFrom(0n, 1n, 0x3fff_ffff_ffff_ffffn),
    )
    .map(([number, time, tail]) => testId(number, time, tail));
}

/** A value of any kind, with those that are only compared with and never stored. */
export const anyValue: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(undefined, null, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
  text,
  number,
  fc.boolean(),
  bigint,
  date,
  fc.constantFrom(-8.64e15, 8.64e15).map((time) => new Date(time)),
  bytes,
  idOf([1, 2]),
  fc.constantFrom([], {}, [1]).map((value) => structuredClone(value)),
);
