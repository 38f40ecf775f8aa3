import { describe, expect, test } from "vitest";
import { ConvoyError } from "../../../protocol/errors.js";
import { createIdGenerator } from "../../../runtime/database/ids/id-generator.js";
import { MAX_DEPTH, MAX_DOCUMENT_BYTES } from "../../../runtime/database/values/limits.js";
import { oneTable } from "../support/one-table.js";

const string = { kind: "string" } as const;
const any = { kind: "any" } as const;

const things = oneTable({
  fields: {
    "text?": string,
    "number?": { kind: "number" },
    "count?": { kind: "number" },
    "date?": { kind: "date" },
    "bigint?": { kind: "bigint" },
    "bytes?": { kind: "bytes" },
    "owner?": { kind: "id", tables: ["others"] },
    "record?": { kind: "object", properties: [], index: string },
    "list?": { kind: "array", element: { kind: "object", properties: [], index: string } },
    "any?": any,
    "whole?": { kind: "number" },
  },
  indexes: { by_text: ["text", "number"] },
  promoted: ["count", "whole"],
  integers: ["whole"],
});

/** The code and message of the error. */
function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof ConvoyError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return expect.fail("Nothing was refused.");
}

const encode = (document: Readonly<Record<string, unknown>>) => () => things.encode(document);

/** A value inside of `depth` lists and objects. */
function nested(depth: number): unknown {
  let value: unknown = "ground";
  for (let level = 0; level < depth; level += 1) value = level % 2 === 0 ? [value] : { in: value };
  return value;
}

const newId = createIdGenerator();

describe("a document with", () => {
  test.each<[string, Record<string, unknown>, string]>([
    [
      "a NUL",
      { text: "a\0b" },
      'invalid-value: "text" of table "things" contains a NUL character (U+0000), which Postgres cannot keep. Remove it.',
    ],
    [
      "the first half of a character",
      { text: "a\uD83D" },
      'invalid-value: "text" of table "things" contains half of a character (a lone UTF-16 surrogate), which Postgres cannot keep. Remove it.',
    ],
    [
      "the second half of a character, far inside",
      { list: [{ a: "\uDE00" }] },
      'invalid-value: "list.0.a" of table "things" contains half of a character (a lone UTF-16 surrogate), which Postgres cannot keep. Remove it.',
    ],
    [
      "a NUL in a key of a record",
      { record: { "a\0": "" } },
      'invalid-value: "record" of table "things" has a property whose name contains a NUL character (U+0000), which Postgres cannot keep. Rename it.',
    ],
    [
      "half of a character in a key inside of any",
      { any: [{ "\uD800": 1 }] },
      'invalid-value: "any.0" of table "things" has a property whose name contains half of a character (a lone UTF-16 surrogate), which Postgres cannot keep. Rename it.',
    ],
    [
      "a NUL in the name of a field that the schema does not have",
      { "a\0": 1 },
      'invalid-value: The document of table "things" has a property whose name contains a NUL character (U+0000), which Postgres cannot keep. Rename it.',
    ],
    [
      "NaN",
      { number: Number.NaN },
      'invalid-value: "number" of table "things" is NaN, and JSON has no such number. Store null, or leave the field out.',
    ],
    [
      "infinity in a column",
      { count: Number.POSITIVE_INFINITY },
      'invalid-value: "count" of table "things" is Infinity, and JSON has no such number. Store null, or leave the field out.',
    ],
    [
      "minus infinity inside of any",
      { any: { a: Number.NEGATIVE_INFINITY } },
      'invalid-value: "any.a" of table "things" is -Infinity, and JSON has no such number. Store null, or leave the field out.',
    ],
    [
      "a fraction in a column of integers",
      { whole: 1.5 },
      'invalid-value: "whole" of table "things" is no whole number that a double holds exactly, and its column holds whole numbers alone. Round it.',
    ],
    [
      "an invalid Date",
      { date: new Date(Number.NaN) },
      'invalid-value: "date" of table "things" is an invalid Date. Check how it was made.',
    ],
    [
      "a Date before the year 1",
      { date: new Date("-000001-12-31T00:00:00.000Z") },
      'invalid-value: "date" of table "things" is a Date outside the years 1 to 9999, which cannot be stored.',
    ],
    [
      "a Date after the year 9999",
      { date: new Date("+010000-01-01T00:00:00.000Z") },
      'invalid-value: "date" of table "things" is a Date outside the years 1 to 9999, which cannot be stored.',
    ],
    [
      "a bigint that numeric cannot hold",
      { bigint: 10n ** 131_072n },
      'invalid-value: "bigint" of table "things" is a bigint of 131073 digits; 131072 is the most. Store it as bytes.',
    ],
    [
      "an id of another table",
      { owner: "01a204fc-b500-7001-8000-000000000000" },
      'wrong-table-id: "owner" of table "things" is an id of another table, not of "others". Pass the _id of a document of "others".',
    ],
    [
      "a malformed id",
      { owner: "01A204FC-B500-7002-8000-000000000000" },
      'invalid-id: "owner" of table "things" is no id. Pass the _id of a document of "others": a UUIDv7 in lower case.',
    ],
    [
      "a hostile id",
      { owner: `' or true --` },
      'invalid-id: "owner" of table "things" is no id. Pass the _id of a document of "others": a UUIDv7 in lower case.',
    ],
    [
      "a text where a Date belongs",
      { date: "2026-11-22" },
      'invalid-value: "date" of table "things" is a string, which the schema does not let this field hold. Convert it before it is stored.',
    ],
    [
      "undefined in a list",
      { any: [undefined] },
      'invalid-value: "any.0" of table "things" is undefined, which the schema does not let this field hold. Convert it before it is stored.',
    ],
  ])("%s is refused", (_, document, message) => {
    expect(refusal(encode(document))).toBe(message);
  });

  class Money {
    readonly amount = 1;
  }

  test.each<[string, unknown, string]>([
    ["a function", () => 1, "a function"],
    ["a symbol", Symbol("secret"), "a symbol"],
    ["a bigint", 1n, "a bigint"],
    ["a Date", new Date(0), "a Date"],
    ["bytes", new Uint8Array(1), "a Uint8Array"],
    ["a Map", new Map([["a", 1]]), "a Map"],
    ["a Set", new Set([1]), "a Set"],
    ["an instance of a class", new Money(), "a Money"],
    ["a boxed string", new String("a"), "a String"],
    ["an error", new Error("secret"), "a Error"],
  ])("%s inside of any is refused", (_, value, what) => {
    for (const [document, path] of [
      [{ any: value }, "any"],
      [{ any: [{ a: value }] }, "any.0.a"],
    ] as const) {
      expect(refusal(encode(document))).toBe(
        `invalid-value: "${path}" of table "things" is ${what}, which the schema does not let this field hold. Convert it before it is stored.`,
      );
    }
  });

  test("a depth at the bound is kept, and one beyond is refused", () => {
    // The document is the first level.
    const [text] = things.encode({ any: nested(MAX_DEPTH - 1) });
    const { any: kept } = things.decode([newId(1), text ?? null]);
    expect(kept).toEqual(nested(MAX_DEPTH - 1));
    expect(refusal(encode({ any: nested(MAX_DEPTH) }))).toMatch(
      /^invalid-value: "any\..*" of table "things" holds values more than 64 levels deep\. Make it flatter\.$/,
    );
  });

  test("a depth of 10,000, or one without an end, is refused and overflows nothing", () => {
    const endless: Record<string, unknown> = {};
    endless["in"] = endless;
    for (const value of [nested(10_000), endless]) {
      const message = refusal(encode({ any: value }));
      expect(message).toMatch(/^invalid-value: .* levels deep/);
      expect(message.length).toBeLessThan(200);
    }
  });

  test("2 MB is refused, whatever it is made of", () => {
    const size = 2 * MAX_DOCUMENT_BYTES;
    for (const document of [
      { any: "a".repeat(size) },
      { any: "é".repeat(size / 2) },
      { any: Array.from({ length: size / 2 }, () => 1) },
      { bytes: new Uint8Array(size / 2) },
      {
        record: Object.fromEntries(
          Array.from({ length: 100_000 }, (_, at) => [`key ${at}`, "text"]),
        ),
      },
    ]) {
      expect(refusal(encode(document))).toMatch(
        /^document-too-large: The document of table "things" takes \d+ bytes/,
      );
    }
  });

  test("a value that an index cannot hold is refused", () => {
    expect(refusal(encode({ text: "a".repeat(3000) }))).toBe(
      'index-key-too-long: The fields of index "by_text" of table "things" take 3080 bytes; an index holds at most 2600. Shorten the value, or index a hash of it.',
    );
    expect(things.encode({ any: "a".repeat(3000) })).toHaveLength(3);
  });
});

describe("a comparison with", () => {
  test.each<[string, string, unknown, string]>([
    ["a NUL", "text", "\0", "invalid-value"],
    ["half of a character", "text", "\uD800", "invalid-value"],
    ["NaN", "number", Number.NaN, "invalid-value"],
    ["an invalid Date", "date", new Date(Number.NaN), "invalid-value"],
    ["a bigint that numeric cannot hold", "bigint", -(10n ** 131_072n), "invalid-value"],
    ["another kind of value", "number", "1", "invalid-value"],
    ["an object", "record", { a: "b" }, "invalid-value"],
    ["null where there is none", "text", null, "invalid-value"],
    ["a function", "text", () => "a", "invalid-value"],
    ["an id of another table", "owner", newId(1), "wrong-table-id"],
    ["a hostile id", "owner", "' or true --", "invalid-id"],
    ["what is no id", "_id", "1", "invalid-id"],
    ["nothing", "_id", undefined, "invalid-id"],
    ["a text", "_creationTime", "now", "invalid-value"],
  ])("%s is refused", (_, path, value, code) => {
    expect(refusal(() => things.field(path).encode(value))).toMatch(new RegExp(`^${code}: `));
  });

  test.each(["missing", "text.more", "list.0", "record'", "", "__proto__", "constructor"])(
    "a field that is not there is refused: %j",
    (path) => {
      expect(refusal(() => things.field(path))).toMatch(/^unknown-field: Table "things" has no/);
    },
  );

  test("a value beyond all that can be stored is fine", () => {
    for (const [path, value] of [
      ["number", Number.POSITIVE_INFINITY],
      ["whole", 1e300],
      ["date", new Date(8.64e15)],
      ["text", "a".repeat(10_000)],
    ] as const) {
      expect(things.field(path).encode(value)).toHaveLength(1);
    }
  });
});

describe("a row that plain SQL has written", () => {
  const id = newId(1);
  test.each<[string, readonly (string | null)[]]>([
    ["a date that is none", [id, '{"date": "tomorrow"}', null, null]],
    ["a bigint with a fraction", [id, '{"bigint": 1.5}', null, null]],
    ["bytes that are not hexadecimal", [id, String.raw`{"bytes": "\\xzz"}`, null, null]],
  ])("is refused when it is read: %s", (_, row) => {
    const message = refusal(() => things.decode(row));
    expect(message).toMatch(
      new RegExp(`^document-unreadable: The document ${id} of table "things" cannot be read`),
    );
    expect(message).not.toMatch(/tomorrow|1\.5|zz/);
  });

  test("keeps its id, whatever the document says", () => {
    const row = [id, '{"_id": "x", "_creationTime": 1, "text": "a"}', null, null];
    const { _id, text } = things.decode(row);
    expect([_id, text]).toEqual([id, "a"]);
  });

  test("may hold a bigint as a number", () => {
    expect(things.decode([id, '{"bigint": -12}', null, null])["bigint"]).toBe(-12n);
  });
});
