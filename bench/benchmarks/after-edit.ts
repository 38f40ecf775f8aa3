import path from "node:path";
import type { Benchmark } from "../benchmark.js";
import { median } from "../support/compare.js";
import { measureProcess } from "../support/measure-process.js";
import { createWorkspace } from "../support/workspace.js";

/** What `edit-in-session.ts` prints. */
export interface SessionTimes {
  readonly firstMs: number;
  readonly editMs: readonly number[];
  readonly schemaEditMs: readonly number[];
}

/** An edit while a session is open, as in `convoy dev` and `convoy codegen --watch`. */
export const afterEdit: Benchmark = {
  name: "after-edit",
  async *run(options) {
    using workspace = await createWorkspace();
    const { output } = await measureProcess({
      script: path.join(import.meta.dirname, "..", "support", "edit-in-session.ts"),
      args: [workspace.dir, String(options.runs), options.clock],
      cwd: path.join(import.meta.dirname, ".."),
      imports: ["tsx"],
    });
    const times = JSON.parse(output) as SessionTimes;
    const baseline = { name: "first", value: times.firstMs };
    yield {
      measure: "one module edited",
      unit: "ms",
      value: median(times.editMs),
      baseline,
      target: { of: "value", atMost: 300 },
    };
    yield { measure: "schema.ts edited", unit: "ms", value: median(times.schemaEditMs), baseline };
  },
};
