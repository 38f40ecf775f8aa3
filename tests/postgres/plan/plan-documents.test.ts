import { describe, expect, test } from "vitest";
import type { ManifestTable } from "../../../compiler/model/manifest.js";
import {
  bigint,
  date,
  idOf,
  index,
  manifest,
  nothing,
  number,
  oneOf,
  table,
  text,
} from "./manifests.js";
import { change, codes, outline, planOf } from "./plans.js";

describe("documents", () => {
  const of = (fields: Parameters<typeof table>[1]): ManifestTable => table("notes", fields);

  test.each<readonly [string, ManifestTable, ManifestTable]>([
    ["an optional field", of({ a: text }), of({ a: text, "b?": number })],
    ["a value of an enum", of({ a: oneOf("x", "y") }), of({ a: oneOf("x", "y", "z") })],
    ["null", of({ a: text }), of({ a: oneOf(text, nothing) })],
    ["any text", of({ a: oneOf("x", "y") }), of({ a: text })],
    ["absence", of({ a: text }), of({ "a?": text })],
  ])("a type that only gains %s needs no check", (_, before, after) => {
    expect(outline(change(before, after))).toEqual(["record-manifest"]);
  });

  test.each<readonly [string, ManifestTable, ManifestTable]>([
    ["a required field", of({ a: text }), of({ a: text, b: number })],
    ["another type", of({ a: text }), of({ a: number })],
    ["a narrower type", of({ a: text }), of({ a: oneOf("x", "y") })],
    ["a field that is gone", of({ a: text, b: text }), of({ a: text })],
    ["a field that must be there", of({ "a?": text }), of({ a: text })],
    ["ids of other tables", of({ a: idOf("notes", "users") }), of({ a: idOf("notes") })],
  ])("%s is checked before anything is changed", (_, before, after) => {
    const indexes = [index("by_a", "a")];
    expect(outline(change(before, { ...after, indexes }))).toEqual([
      "check-documents notes",
      "create-index notes.by_a concurrently",
      "note-changes notes",
      "record-manifest",
    ]);
  });

  test("a table without rows has nothing to check", () => {
    expect(outline(change(of({ a: text }), of({ a: number }), 0))).toEqual(["record-manifest"]);
  });

  test.each<readonly [string, ManifestTable, ManifestTable]>([
    ["gets tags", of({ a: date }), of({ a: oneOf(text, date) })],
    ["loses tags", of({ a: oneOf(bigint, date) }), of({ a: date })],
  ])("a position that %s stops the plan where there are rows", (_, before, after) => {
    expect(codes(change(before, after))).toEqual(["storage-form-changed"]);
    expect(codes(change(before, after, 0))).toEqual([]);
  });

  test("a recursive type is checked by reading the documents", () => {
    const tree = { kind: "named", name: "Tree" } as const;
    const types = {
      Tree: {
        kind: "object",
        properties: [{ name: "next", type: oneOf(tree, nothing), optional: false }],
      },
    } as const;
    const from = manifest([of({ a: text })]);
    const found = planOf({ from, to: manifest([of({ a: tree })], types), rows: 2 });
    expect(found.steps[0]).toMatchObject({ kind: "check-documents", streamed: ["a"] });
  });
});
