import { expect, test } from "vitest";
import { anomaliesOf, type History, type Operation } from "./history.js";

test("a serial history has no anomaly", () => {
  expect(
    kinds({
      a: [read("x"), append("x", 1), read("x", 1)],
      b: [read("x", 1), append("x", 2), append("y", 3)],
      c: [read("y", 3), read("x", 1, 2)],
    }),
  ).toEqual([]);
});

test("a transaction that does not see its own append is found", () => {
  expect(kinds({ a: [append("x", 1), read("x")] })).toEqual(["internal"]);
});

test("an append that is nowhere is found", () => {
  expect(kinds({ a: [append("x", 1)], b: [append("x", 2)] }, { x: [2] })).toEqual(["lost-update"]);
});

test("a read of a rolled back append is found", () => {
  expect(kinds({ a: [read("x", 9)] }, { x: [9] }, [9])).toEqual(["G1a"]);
});

test("a read in the middle of a transaction is found", () => {
  expect(kinds({ a: [append("x", 1), append("x", 2)], b: [read("x", 1)] })).toContain("G1b");
});

test("reads that no list explains are found", () => {
  expect(
    kinds({ a: [append("x", 1)], b: [append("x", 2)], c: [read("x", 2)] }, { x: [1, 2] }),
  ).toContain("incompatible-order");
});

test("transactions whose writes are in two orders are found", () => {
  expect(
    kinds(
      { a: [append("x", 1), append("y", 3)], b: [append("x", 2), append("y", 4)] },
      { x: [1, 2], y: [4, 3] },
    ),
  ).toEqual(["G0"]);
});

test("transactions that have read each other's writes are found", () => {
  expect(kinds({ a: [append("x", 1), read("y", 2)], b: [append("y", 2), read("x", 1)] })).toEqual([
    "G1c",
  ]);
});

test("a read skew is found", () => {
  expect(kinds({ a: [read("x"), read("y", 2)], b: [append("x", 1), append("y", 2)] })).toEqual([
    "G-single",
  ]);
});

test("a write skew is found", () => {
  expect(kinds({ a: [read("x"), append("y", 1)], b: [read("y"), append("x", 2)] })).toEqual([
    "G2-item",
  ]);
});

function kinds(
  transactions: Record<string, Operation[]>,
  final?: Record<string, number[]>,
  aborted: number[] = [],
): string[] {
  const lists = new Map<string, number[]>(Object.entries(final ?? {}));
  if (final === undefined)
    for (const operation of Object.values(transactions).flat())
      if (operation.kind === "append")
        lists.set(operation.list, [...(lists.get(operation.list) ?? []), operation.value]);
  const history: History = {
    committed: Object.entries(transactions).map(([name, operations]) => ({ name, operations })),
    aborted,
    final: lists,
  };
  return anomaliesOf(history).map(({ kind }) => kind);
}

function read(list: string, ...values: number[]): Operation {
  return { kind: "read", list, values };
}

function append(list: string, value: number): Operation {
  return { kind: "append", list, value };
}
