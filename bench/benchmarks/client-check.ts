import type { Benchmark } from "../benchmark.js";
import { measureProcess, type NodeCommand } from "../support/measure-process.js";
import { createWorkspace, usualSize } from "../support/workspace.js";

/** What it costs the type checker to check a client of the generated api. */
export const clientCheck: Benchmark = {
  name: "client-check",
  async *run() {
    using workspace = await createWorkspace({ ...usualSize, everyFunctionInClient: true });
    const small = await checkClient(workspace.tsc("tsconfig.client.json", diagnostics));
    const every = await checkClient(workspace.tsc("tsconfig.every.json", diagnostics));
    yield {
      measure: "instantiations, 3 modules used",
      unit: "count",
      value: small.instantiations,
      target: { of: "value", atMost: 5000 },
    };
    yield { measure: "instantiations, all 50 used", unit: "count", value: every.instantiations };
    yield { measure: "check time, 3 modules used", unit: "ms", value: small.checkMs };
    yield { measure: "check time, all 50 used", unit: "ms", value: every.checkMs };
  },
};

const diagnostics = ["--extendedDiagnostics"];

async function checkClient(command: NodeCommand) {
  const { output } = await measureProcess(command);
  return {
    instantiations: figure(output, "Instantiations"),
    checkMs: figure(output, "Check time") * 1000,
  };
}

/** The number behind `Instantiations:` in what tsc prints. */
function figure(output: string, name: string): number {
  const text = new RegExp(`^${name}:\\s+([\\d.]+)`, "m").exec(output)?.[1];
  if (text === undefined) throw new Error(`tsc did not print "${name}":\n${output}`);
  return Number(text);
}
