/** One thing that is measured: one file in `bench/benchmarks`, run by its name. */
export interface Benchmark {
  readonly name: string;
  /** It takes long, or installs what it measures: it runs only when it is named. */
  readonly onDemand?: boolean;
  /** Measures, and yields each row as it is known. */
  run(options: BenchmarkOptions): AsyncIterable<Row>;
}

export interface BenchmarkOptions {
  /** How often each command runs; the median counts. */
  readonly runs: number;
  /** What times are: passed on the wall, or spent by the processors for this process alone. */
  readonly clock: Clock;
  /** How long what lasts is to last. */
  readonly minutes: number;
}

export type Clock = "wall" | "cpu";

export type Unit = "µs" | "ms" | "KiB" | "MiB" | "count";

/** A figure, beside the one that it is compared with. */
export interface Row {
  readonly measure: string;
  readonly unit: Unit;
  readonly value: number;
  /** The same of something else: plain `tsc`, or a smaller project. */
  readonly baseline?: { readonly name: string; readonly value: number };
  /** What must not be exceeded: by the value itself, or by its ratio to the baseline. */
  readonly target?: { readonly of: "value" | "ratio"; readonly atMost: number };
}

export function ratioOf({ value, baseline }: Row): number | null {
  return baseline === undefined ? null : value / baseline.value;
}

/** Whether the row meets its target; `null` where it has none. */
export function isMet(row: Row): boolean | null {
  if (row.target === undefined) return null;
  const figure = row.target.of === "value" ? row.value : ratioOf(row);
  return figure !== null && figure <= row.target.atMost;
}
