import { runProgram } from "../../cli/program.js";
import { memoryChannel } from "./memory-channel.js";
import type { ConvoyResult } from "./run-convoy.js";

/**
 * Runs `convoy` in this process, which loads TypeScript once for all that it runs. That the command
 * does the same in a process of its own, other tests say.
 */
export async function runHere(args: readonly string[], cwd: string): Promise<ConvoyResult> {
  const [out, err] = [memoryChannel({ columns: 100 }), memoryChannel({ columns: 100 })];
  const untilStopped = (): AbortSignal => new AbortController().signal;
  const environment = { version: "0.0.0", debug: false, env: {}, cwd, out, err, untilStopped };
  const exitCode = await runProgram(args, environment);
  return { exitCode, stdout: out.text, stderr: err.text, output: out.text + err.text };
}
