import { runProgram } from "../../cli/program.js";
import { memoryEnvironment } from "./memory-channel.js";
import type { ConvoyResult } from "./run-convoy.js";

/**
 * Runs `convoy` in this process, which loads TypeScript once for all that it runs. That the command
 * does the same in a process of its own, other tests say.
 */
export async function runHere(args: readonly string[], cwd: string): Promise<ConvoyResult> {
  const environment = memoryEnvironment({ cwd });
  const { out, err } = environment;
  const exitCode = await runProgram(args, environment);
  return { exitCode, stdout: out.text, stderr: err.text, output: out.text + err.text };
}
