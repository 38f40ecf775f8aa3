import { describe, expect, test } from "vitest";
import type { Comparison } from "../../../runtime/database/storage/key-column.js";
import { oneTable } from "../support/one-table.js";

const things = oneTable({
  fields: {
    text: { kind: "string" },
    number: { kind: "number" },
    whole: { kind: "number" },
    fraction: { kind: "number" },
    when: { kind: "date" },
    day: { kind: "date" },
    "note?": { kind: "union", members: [{ kind: "string" }, { kind: "null" }] },
    place: {
      kind: "object",
      properties: [{ name: "o'clock", type: { kind: "string" }, optional: false }],
    },
  },
  promoted: ["whole", "fraction", "when"],
  integers: ["whole"],
});

const sqlOf = (path: string) => things.field(path).columns.map(({ sql }) => sql);

describe("the key of a field", () => {
  test("orders texts by their bytes, whatever the collation of the database", () => {
    expect(sqlOf("text")).toEqual([`(("doc"->>'text') collate "C")`]);
    expect(sqlOf("day")).toEqual([`(("doc"->>'day') collate "C")`]);
  });

  test("writes names as text of SQL, and nothing else", () => {
    expect(sqlOf("place.o'clock")).toEqual([`(("doc"->'place'->>'o''clock') collate "C")`]);
  });

  test("tells null from absent by a number, which Postgres finds in the index", () => {
    expect(sqlOf("note")).toEqual([
      `num_nonnulls("doc"->'note')`,
      `(("doc"->>'note') collate "C")`,
    ]);
    const { encode } = things.field("note");
    expect([encode(undefined), encode(null), encode("a")]).toEqual([
      ["0", null],
      ["1", null],
      ["1", "a"],
    ]);
  });

  test("is the column of a field that has one", () => {
    expect(sqlOf("whole")).toEqual(['"whole"']);
    expect(sqlOf("when")).toEqual(['"when"']);
  });

  test.each<[number, Comparison, string]>([
    [1.5, "lt", "2"],
    [1.5, "lte", "1"],
    [1.5, "gt", "1"],
    [1.5, "gte", "2"],
    [-0.5, "lt", "0"],
    [-0.5, "gt", "-1"],
    [7, "eq", "7"],
    [7, "lt", "7"],
    // Equal to no whole number.
    [1.5, "eq", "9223372036854775807"],
    [Number.POSITIVE_INFINITY, "eq", "9223372036854775807"],
    [1e300, "lt", "9223372036854775807"],
    [Number.NEGATIVE_INFINITY, "gt", "-9223372036854775808"],
  ])("rounds a bound of an integer column so that it means the same: %d, %s", (value, by, text) => {
    expect(things.field("whole").encode(value, by)).toEqual([text]);
    expect(things.field("fraction").encode(value, by)).toEqual([String(value)]);
  });

  test("has a place for Dates that cannot be stored, below and above all that can", () => {
    const [before, after] = [new Date(-8.64e15), new Date(8.64e15)];
    const day = [before, new Date("0001-01-01"), new Date("9999-12-31"), after].map(
      (date) => things.field("day").encode(date)[0] ?? "",
    );
    expect(day.toSorted()).toEqual(day);
    const { encode } = things.field("when");
    expect([encode(before), encode(after)]).toEqual([["-infinity"], ["infinity"]]);
  });
});
