import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";

export const repository: string = path.join(import.meta.dirname, "..");

export interface ToolOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** For tools that say much about what is in order. */
  readonly showOnlyFailure?: boolean;
}

/**
 * Runs a command of an installed package and gives its exit code. Starting its script with this
 * Node, rather than the shim in node_modules/.bin, needs no shell and works the same on Windows.
 */
export function runTool(
  packageName: string,
  command: string,
  args: readonly string[],
  options: ToolOptions = {},
): Promise<number> {
  const folder = path.join(repository, "node_modules", packageName);
  const { bin } = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8")) as {
    readonly bin: Readonly<Record<string, string>>;
  };
  const script = bin[command];
  if (script === undefined) throw new Error(`${packageName} has no command "${command}".`);
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [path.join(folder, script), ...args], {
      cwd: repository,
      env: { ...process.env, ...options.env },
      stdio: options.showOnlyFailure
        ? ["ignore", "pipe", "pipe"]
        : ["ignore", "inherit", "inherit"],
    });
    const output: string[] = [];
    child.stdout?.setEncoding("utf8").on("data", (chunk: string) => output.push(chunk));
    child.stderr?.setEncoding("utf8").on("data", (chunk: string) => output.push(chunk));
    child.on("error", reject);
    child.on("close", (code) => {
      if (code !== 0) process.stdout.write(output.join(""));
      resolve(code ?? 1);
    });
  });
}
