import type { Benchmark } from "../benchmark.js";
import { compare } from "../support/compare.js";
import { createWorkspace } from "../support/workspace.js";

/** The most memory that a process holds at a time. */
export const memory: Benchmark = {
  name: "memory",
  async *run(options) {
    using workspace = await createWorkspace();
    const { codegen, tspc, tsc } = await compare(
      { codegen: workspace.codegen(), tspc: workspace.tspc(), tsc: workspace.tsc() },
      { ...options, runs: Math.min(options.runs, 3) },
    );
    const baseline = { name: "tsc", value: tsc.peakMiB };
    yield {
      measure: "codegen, peak",
      unit: "MiB",
      value: codegen.peakMiB,
      baseline,
      target: { of: "ratio", atMost: 1.3 },
    };
    yield { measure: "tspc, peak", unit: "MiB", value: tspc.peakMiB, baseline };
  },
};
