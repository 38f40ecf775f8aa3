/**
 * Runs the quickstart app from a clone: its functions by `convoy dev` on the embedded Postgres, and
 * its page by Vite. `--port` and the other options of `convoy dev` may follow.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { createServer } from "vite";
import { repository } from "./tool.js";

const project = path.join(repository, "fixtures", "quickstart");
const main = path.join(repository, "dist", "cli", "main.js");

const convoy = spawn(process.execPath, [main, "dev", "--root", project, ...process.argv.slice(2)], {
  stdio: ["ignore", "pipe", "inherit"],
});
const ended = once(convoy, "exit") as Promise<[number | null]>;
// Ctrl-C reaches both; whoever asks only this process to stop means both too.
for (const name of ["SIGINT", "SIGTERM"] as const) process.on(name, () => convoy.kill(name));

let said = "";
for await (const text of convoy.stdout.setEncoding("utf8")) {
  process.stdout.write(text as string);
  const before = said;
  said += text as string;
  const url = /^Functions (http:\S+)/m.exec(said)?.[1];
  if (url === undefined || /^Functions (http:\S+)/m.test(before)) continue;
  process.env["CONVOY_URL"] = url;
  await servePage();
}
const [exitCode] = await ended;
process.exit(exitCode ?? 0);

async function servePage(): Promise<void> {
  const vite = await createServer({
    root: path.join(project, "web"),
    clearScreen: false,
    logLevel: "warn",
  });
  await vite.listen();
  process.stdout.write(`Page      ${vite.resolvedUrls?.local[0] ?? ""}\n`);
}
