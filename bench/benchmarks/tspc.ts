import type { Benchmark } from "../benchmark.js";
import { compare } from "../support/compare.js";
import { createWorkspace } from "../support/workspace.js";

/** A build with the transformer, against a plain one. */
export const tspc: Benchmark = {
  name: "tspc",
  async *run(options) {
    using workspace = await createWorkspace();
    const { steady, edited, patched, tsc } = await compare(
      {
        steady: workspace.tspc(),
        edited: workspace.tspc({ prepare: workspace.editModule }),
        patched: workspace.tspcWithoutPlugin(),
        tsc: workspace.tsc(),
      },
      options,
    );
    const baseline = { name: "tsc", value: tsc.ms };
    yield {
      measure: "generated code up to date",
      unit: "ms",
      value: steady.ms,
      baseline,
      target: { of: "ratio", atMost: 1.15 },
    };
    yield { measure: "without a plugin: ts-patch itself", unit: "ms", value: patched.ms, baseline };
    yield { measure: "after an edit of one module", unit: "ms", value: edited.ms, baseline };
  },
};
