import type { Clock } from "../benchmark.js";
import { type Measurement, measureProcess, type NodeCommand } from "./measure-process.js";

/** Of several runs of one command. */
export interface Medians {
  readonly ms: number;
  readonly peakMiB: number;
}

export interface Contender extends NodeCommand {
  /** Runs before each measurement, unmeasured: removes caches, makes an edit. */
  readonly prepare?: (run: number) => void;
}

/**
 * The medians of several runs of each command. The commands take turns, so that a machine that gets
 * slower or faster meanwhile does so for all of them; a first round warms the disk and is dropped.
 */
export async function compare<Name extends string>(
  contenders: Readonly<Record<Name, Contender>>,
  { runs, clock }: { readonly runs: number; readonly clock: Clock },
): Promise<Record<Name, Medians>> {
  const names = Object.keys(contenders) as Name[];
  const measured = new Map<Name, Measurement[]>(names.map((name) => [name, []]));
  for (let run = 0; run <= runs; run++) {
    for (const name of names) {
      contenders[name].prepare?.(run);
      const measurement = await measureProcess(contenders[name]);
      if (run > 0) measured.get(name)?.push(measurement);
    }
  }
  return Object.fromEntries(
    [...measured].map(([name, measurements]) => [name, mediansOf(measurements, clock)]),
  ) as Record<Name, Medians>;
}

function mediansOf(measurements: readonly Measurement[], clock: Clock): Medians {
  return {
    ms: median(measurements.map(({ wallMs, cpuMs }) => (clock === "wall" ? wallMs : cpuMs))),
    peakMiB: median(measurements.map(({ peakMiB }) => peakMiB)),
  };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.floor((sorted.length - 1) / 2)];
  if (upper === undefined || lower === undefined) throw new Error("There is nothing to measure.");
  return (lower + upper) / 2;
}
