import { spawn } from "node:child_process";
import type { ServerUser } from "./server-user.js";

export interface ProgramResult {
  readonly code: number | null;
  readonly output: string;
}

/** The environment of Postgres: no PG… variable or locale of a shell decides how it works. */
export function serverEnvironment(): NodeJS.ProcessEnv {
  const kept = ["PATH", "SystemRoot", "TEMP", "TMP", "TMPDIR"];
  const entries = kept.map((name) => [name, process.env[name]] as const);
  return {
    ...Object.fromEntries(entries.filter(([, value]) => value !== undefined)),
    LC_ALL: "C",
    TZ: "UTC",
  };
}

/** Runs one of Postgres' programs and waits for its end. */
export function runProgram(
  file: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly user: ServerUser | null },
): Promise<ProgramResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      cwd: options.cwd,
      env: serverEnvironment(),
      stdio: ["ignore", "pipe", "pipe"],
      windowsHide: true,
      ...options.user,
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        output += text;
      });
    }
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, output }));
  });
}
