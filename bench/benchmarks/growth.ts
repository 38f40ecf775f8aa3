import type { Benchmark } from "../benchmark.js";
import { compare } from "../support/compare.js";
import { createWorkspace } from "../support/workspace.js";

/**
 * How the time of `convoy codegen` grows from 100 to 1,000 functions, and the tables with them.
 * What any project costs, however small, is taken off first: it would hide a growth that is worse
 * than linear.
 */
export const growth: Benchmark = {
  name: "growth",
  async *run(options) {
    using tiny = await createWorkspace({ tables: 1, functions: 1 });
    using hundred = await createWorkspace({ tables: 17, functions: 100 });
    using thousand = await createWorkspace({ tables: 170, functions: 1000 });
    const times = await compare(
      {
        tiny: tiny.codegen(),
        hundred: hundred.codegen(),
        thousand: thousand.codegen(),
        tinyTsc: tiny.tsc(),
        hundredTsc: hundred.tsc(),
        thousandTsc: thousand.tsc(),
      },
      { ...options, runs: Math.min(options.runs, 3) },
    );
    const beyond = (time: "hundred" | "thousand", tool: "" | "Tsc"): number =>
      times[`${time}${tool}`].ms - times[`tiny${tool}`].ms;
    yield {
      measure: "codegen, 1,000 functions",
      unit: "ms",
      value: beyond("thousand", ""),
      baseline: { name: "100", value: beyond("hundred", "") },
      target: { of: "ratio", atMost: 10 },
    };
    yield {
      measure: "tsc, 1,000 functions",
      unit: "ms",
      value: beyond("thousand", "Tsc"),
      baseline: { name: "100", value: beyond("hundred", "Tsc") },
    };
    yield { measure: "codegen, 1 function", unit: "ms", value: times.tiny.ms };
  },
};
