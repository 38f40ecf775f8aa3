import { type ChildProcess, spawn } from "node:child_process";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type KeeperConfig, readMessages, type StartReport } from "./keeper-protocol.js";
import { serverEnvironment } from "./run-program.js";

/** A keeper that has started, or given up. */
export interface SpawnedKeeper extends Disposable {
  readonly report: StartReport;
}

/**
 * Starts a keeper, and waits for its report. Until it is disposed, this process counts as an owner
 * of the server; the keeper itself outlives this process.
 */
export async function spawnKeeper(config: KeeperConfig): Promise<SpawnedKeeper> {
  const [program, ...loader] = keeperProgram();
  const child = spawn(process.execPath, [...loader, program, JSON.stringify(config)], {
    // So that it is not reached by what a terminal sends to all processes of its foreground group.
    detached: true,
    cwd: path.parse(config.folder).root,
    env: serverEnvironment(),
    stdio: ["pipe", "pipe", "ignore"],
    windowsHide: true,
  });
  child.stdin.on("error", () => {});
  const report = await new Promise<StartReport>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      resolve({ kind: "failed", log: `Its keeper ended with code ${code}.` });
    });
    readMessages<StartReport>(child.stdout, resolve);
  });
  forget(child);
  return { report, [Symbol.dispose]: () => child.stdin.end() };
}

/** Lets this process end before the child does. */
function forget(child: ChildProcess): void {
  child.unref();
  child.stdout?.destroy();
}

function keeperProgram(): [program: string, ...loader: string[]] {
  const program = fileURLToPath(new URL("./keeper.js", import.meta.url));
  if (import.meta.url.endsWith(".js")) return [program];
  // Run from the sources, as by the tests.
  const tsx = createRequire(import.meta.url).resolve("tsx");
  return [program.replace(/\.js$/, ".ts"), "--import", pathToFileURL(tsx).href];
}
