import { isMet, type Row, ratioOf, type Unit } from "./benchmark.js";

const columns = ["measure", "value", "baseline", "ratio", "target", ""] as const;

/** A table of a benchmark's rows, as text. */
export function tableOf(rows: readonly Row[]): string {
  const lines = [columns, ...rows.map(cells)];
  const widths = columns.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  return lines
    .map((line) =>
      line
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!),
        )
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function cells(row: Row): string[] {
  const { measure, unit, value, baseline, target } = row;
  const ratio = ratioOf(row);
  const met = isMet(row);
  return [
    measure,
    amount(value, unit),
    baseline === undefined ? "" : `${baseline.name} ${amount(baseline.value, unit)}`,
    ratio === null ? "" : `${ratio.toFixed(2)}×`,
    target === undefined
      ? ""
      : `≤ ${target.of === "ratio" ? `${target.atMost}×` : amount(target.atMost, unit)}`,
    met === null ? "" : met ? "pass" : "MISS",
  ];
}

function amount(value: number, unit: Unit): string {
  switch (unit) {
    case "µs":
      return `${value.toFixed(1)} µs`;
    case "ms":
      if (value < 10) return `${value.toFixed(2)} ms`;
      return value < 1000 ? `${value.toFixed(0)} ms` : `${(value / 1000).toFixed(2)} s`;
    case "KiB":
    case "MiB":
      return `${value.toFixed(value < 10 ? 1 : 0)} ${unit}`;
    case "count":
      return value.toLocaleString("en-US");
  }
}
