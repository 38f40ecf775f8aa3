import type { Benchmark } from "../benchmark.js";
import { compare } from "../support/compare.js";
import { createWorkspace } from "../support/workspace.js";

/** `convoy codegen` in a fresh process, against `tsc --noEmit` of the same project. */
export const codegenCold: Benchmark = {
  name: "codegen-cold",
  async *run(options) {
    using workspace = await createWorkspace();
    const { codegen, clean, tsc } = await compare(
      {
        // In this order: tsc finds the code that the run before it has generated.
        codegen: workspace.codegen(),
        clean: workspace.codegen({ prepare: workspace.removeGenerated }),
        tsc: workspace.tsc(),
      },
      options,
    );
    const target = { of: "ratio", atMost: 1.4 } as const;
    const baseline = { name: "tsc", value: tsc.ms };
    yield {
      measure: "generated code up to date",
      unit: "ms",
      value: codegen.ms,
      baseline,
      target,
    };
    yield { measure: "no generated code", unit: "ms", value: clean.ms, baseline, target };
  },
};
