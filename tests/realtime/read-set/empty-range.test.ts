import { expect, test } from "vitest";
import { ReadSet } from "../../../runtime/realtime/read-set/read-set.js";

test("a range that holds nothing leaves the range before it as it is", () => {
  const reads = new ReadSet();
  const range = { tableNumber: 1, index: "by_b", start: "b", end: "d" };
  reads.range(range);
  // Above "d" and below "b": it begins where the other one ends.
  reads.range({ ...range, start: "d", end: "b" });
  expect(reads.ranges).toEqual([range]);
  reads.range({ ...range, start: "d", end: "f" });
  expect(reads.ranges).toEqual([{ ...range, end: "f" }]);
});
