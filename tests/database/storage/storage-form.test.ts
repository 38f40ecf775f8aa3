import { describe, expect, test } from "vitest";
import type { TypeFact } from "../../../compiler/model/type-fact.js";
import { testId } from "../support/test-ids.js";
import { type OneTable, oneTable } from "../support/one-table.js";

const string: TypeFact = { kind: "string" };
const date: TypeFact = { kind: "date" };
const bigint: TypeFact = { kind: "bigint" };
const bytes: TypeFact = { kind: "bytes" };
const at = new Date("2026-11-22T20:37:50.123Z");
const id = testId(1, 5, 6n);

function union(...members: readonly TypeFact[]): TypeFact {
  return { kind: "union", members };
}

function record(index: TypeFact): TypeFact {
  return { kind: "object", properties: [], index };
}

function object(name: string, type: TypeFact): TypeFact {
  return { kind: "object", properties: [{ name, type, optional: false }] };
}

/** The JSON in `doc`, and what is read from it. */
function roundTrip(table: OneTable, document: Readonly<Record<string, unknown>>) {
  const storage = oneTable(table);
  const columns = storage.encode(document);
  const { _id, _creationTime, ...back } = storage.decode([id, ...columns]);
  return { columns, doc: JSON.parse(columns[0] ?? "null") as unknown, back };
}

describe("the storage form", () => {
  test("is what people and SQL can read", () => {
    const fields = {
      text: string,
      when: date,
      count: bigint,
      data: bytes,
      owner: { kind: "id", tables: ["things"] } as const,
    };
    const document = { text: "é", when: at, count: -12n, data: Uint8Array.of(10, 255), owner: id };
    const { doc, back } = roundTrip({ fields }, document);
    expect(doc).toEqual({
      text: "é",
      when: "2026-11-22T20:37:50.123Z",
      count: "-12",
      data: String.raw`\x0aff`,
      owner: id,
    });
    expect(back).toEqual(document);
  });

  test("has tags where more than one kind of value would be a JSON string", () => {
    const fields = {
      value: { kind: "array", element: union(string, date, bigint, bytes) } as const,
    };
    const document = { value: ["2026", at, 12n, Uint8Array.of(0, 255)] };
    const { doc, back } = roundTrip({ fields }, document);
    expect(doc).toEqual({
      value: ["2026", { $date: "2026-11-22T20:37:50.123Z" }, { $bigint: "12" }, { $bytes: "AP8=" }],
    });
    expect(back).toEqual(document);
  });

  test("tells an object that looks like a tag from a tagged value", () => {
    const fields = {
      value: { kind: "array", element: union(date, bigint, record(string)) } as const,
    };
    const document = {
      value: [
        { $date: "x" },
        { $object: "x" },
        { $date: "x", $bigint: "1" },
        { $date: "x", a: "" },
      ],
    };
    expect(roundTrip({ fields }, document).back).toEqual(document);
  });

  test("has a property called __proto__ like any other", () => {
    const document = { value: JSON.parse('{ "__proto__": "a", "b": "c" }') as unknown };
    const { back } = roundTrip({ fields: { value: record(string) } }, document);
    expect(Object.entries(back["value"] as object)).toEqual([
      ["__proto__", "a"],
      ["b", "c"],
    ]);
  });

  test("of a date is kept where another alternative holds anything", () => {
    const fields = { value: union(object("at", date), record({ kind: "unknown" })) };
    for (const value of [
      { at },
      { at: "today", $date: 1 },
      { at: { $date: "x" } },
      { at: [null] },
    ]) {
      expect(roundTrip({ fields }, { value }).back).toEqual({ value });
    }
  });

  test("is one of a bigint column as of a document", () => {
    const table = { fields: { n: bigint, "b?": { kind: "boolean" }, when: date } as const };
    const document = { n: 10n ** 50n, b: true, when: at };
    const promoted = ["n", "b", "when"];
    const { columns, back } = roundTrip({ ...table, promoted }, document);
    expect(columns.slice(1)).toEqual([`1${"0".repeat(50)}`, "true", "2026-11-22T20:37:50.123Z"]);
    // A patch answers with what it has written, which Postgres would write in another way.
    expect(back).toEqual(document);
    expect(
      oneTable({ ...table, promoted }).decode([id, "{}", "7", "f", "0099-01-02 03:04:05.6+00"]),
    ).toMatchObject({ n: 7n, b: false, when: new Date("0099-01-02T03:04:05.600Z") });
  });

  test("of a column's NULL is null or absent, whichever the field can be", () => {
    const value = union(string, { kind: "number" }, { kind: "null" });
    const nullable = oneTable({ fields: { value }, promoted: ["value"] });
    expect(nullable.decode([id, "{}", null])).toEqual({ _id: id, _creationTime: 5, value: null });
    expect(nullable.field("value").columns[0]?.sql).toMatch(/else 1 end\)$/);
    const optional = oneTable({ fields: { "value?": string }, promoted: ["value"] });
    expect(optional.decode([id, "{}", null])).toEqual({ _id: id, _creationTime: 5 });
  });
});
